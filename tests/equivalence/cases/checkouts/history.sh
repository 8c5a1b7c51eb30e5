# Two commits and a tag before the last, a branch, submodules, and repositories of others.
cd "$REMOTES"
git init -q -b main acme/tools && cd acme/tools
echo zero > tool.txt && git add . && git commit -q -m zero && git tag v0.1
echo one > tool.txt && git commit -q -a -m one
git checkout -q -b next && echo next > tool.txt && git commit -q -a -m next && git checkout -q main
cd "$REMOTES" && git init -q -b main deep && cd deep && echo deep > deep.txt && git add . && git commit -q -m deep
cd "$REMOTES" && git init -q -b main lib && cd lib && echo lib > lib.txt && git submodule --quiet add ../deep deep
git add . && git commit -q -m lib
cd "$REPOSITORY"
echo 1 > VERSION && git add . && git commit -q -m 1 && git tag v1
git checkout -q -b feature/x && echo x > VERSION && git commit -q -a -m x && git checkout -q main
echo 2 > VERSION && git submodule --quiet add "$REMOTES/lib" lib && git add . && git commit -q -m 2
