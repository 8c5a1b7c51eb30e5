import os
open("repository.txt", "w").write(os.environ["GITHUB_REPOSITORY"] + "\n")
