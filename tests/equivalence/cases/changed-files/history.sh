cd "$REPOSITORY"; git tag before
echo 2 > src/a.py; echo n > src/b.new; git rm -q old/o.txt; echo x > a.txt; mkdir -p 'with space'; echo s > 'with space/s.txt'; echo R > README.md
git add -A; git commit -q -m change
