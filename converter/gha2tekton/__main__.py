"""``python -m gha2tekton``."""

from gha2tekton.cli import main

if __name__ == "__main__":
    main()
