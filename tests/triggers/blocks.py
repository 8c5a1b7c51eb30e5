"""``on`` blocks that together use every filter GitHub has."""

BLOCKS = {
    "word": "on: push",
    "list": "on: [push, pull_request, issues]",
    "defaults": "on:\n  push:\n  pull_request:\n  release:\n  create:\n  delete:\n  status:",
    "branches": "on:\n  push:\n    branches: [main, develop]\n  pull_request:\n    branches: main",
    "globs": (
        "on:\n  push:\n    branches: ['release/**', 'v?', '!release/*-rc', '**/b']\n"
        "  pull_request:\n    branches: ['*']"
    ),
    "order": "on:\n  push:\n    branches: ['**', '!feature/**', 'feature/a/b']\n    tags: ['v*', '!v2*']",
    "negative": "on:\n  push:\n    branches: ['!main']",
    "ignored": "on:\n  push:\n    branches-ignore: [main, 'release/**']\n  pull_request:\n    branches-ignore: [main]",
    "tags": "on:\n  push:\n    tags: ['v[0-9]*', '1.0']",
    "tags ignored": "on:\n  push:\n    tags-ignore: ['v*']",
    "both": "on:\n  push:\n    branches: [main]\n    tags: [v3]\n    paths: ['src/**']",
    "paths": "on:\n  push:\n    paths: ['**.md', 'notebooks/*.ipynb', '!docs/**']",
    "paths ignored": "on:\n  push:\n    paths-ignore: ['docs/**', '*.md']",
    "branches and paths": "on:\n  push:\n    branches: [main]\n    paths: ['notebooks/**']",
    "odd names": "on:\n  push:\n    branches: ['überraschung', \"it's\\\"$(id)\\\"\", 'a.b+']",
    "broken ranges": "on:\n  push:\n    branches: ['[z-a]', 'c++', 'main?', 'v[0-9', 'a\\\\*']",
    "types": (
        "on:\n  pull_request:\n    types: [closed, labeled]\n  release:\n    types: [published]\n"
        "  issues:\n    types: opened"
    ),
    "target": "on:\n  pull_request_target:\n    branches: [main, master]",
    "chain": "on:\n  workflow_run:\n    workflows: [CI]\n    types: [completed]\n    branches: [main]",
    "comments": "on:\n  issue_comment:\n    types: [created]\n  label:\n  merge_group:",
    "repository dispatch": "on:\n  repository_dispatch:\n    types: [on-demand-test, train]",
    "dispatch": (
        "on:\n  workflow_dispatch:\n    inputs:\n"
        "      size: {type: choice, options: [small, large], required: true}\n"
        "      debug: {type: boolean, default: false, description: Say more}\n"
        "      count: {type: number}\n"
        "      note: {}\n"
    ),
    "wide dispatch": (
        "on:\n  workflow_dispatch:\n    inputs:\n"
        "      size: {type: choice, options: [small, \"it's $(x)\", 'ü'], default: small}\n"
        "      debug: {type: boolean, required: true}\n"
        "      count: {type: number, required: true, default: 2}\n"
        "      note: {required: true}\n"
        "      where: {type: environment}\n"
    ),
    "repository": (
        "on: [branch_protection_rule, create, delete, deployment, deployment_status, discussion, discussion_comment, "
        "fork, gollum, issue_comment, issues, label, milestone, page_build, public, registry_package, watch]"
    ),
    "reviews": "on:\n  pull_request_review:\n    types: [submitted]\n  pull_request_review_comment:",
    "checks": "on:\n  check_run:\n    types: [completed, rerequested]\n  check_suite:\n  status:",
    "releases": "on:\n  release:\n    types: [created, edited, released, prereleased]",
    "any release": "on: release",
    "actions": (
        "on:\n  pull_request:\n    types: [opened, ready_for_review, review_requested, enqueued]\n"
        "    branches: ['**', '!release/**']\n"
        "  pull_request_target:\n    types: [labeled]\n  issues:\n    types: [labeled, milestoned]\n"
        "  discussion:\n    types: [answered]\n  issue_comment:\n    types: [created, edited]"
    ),
    "chains": (
        'on:\n  workflow_run:\n    workflows: [CI, "it\'s $(x)"]\n    types: [requested, completed]\n'
        "    branches-ignore: ['release/**', develop]"
    ),
    "queue": "on:\n  merge_group:\n    types: [checks_requested]\n    branches: [main, 'dev*']",
    "queue ignored": "on:\n  merge_group:\n    branches-ignore: [master]",
    "wide": (
        "on:\n  push:\n    branches: ['*', '**/*', '!dependabot/**']\n    tags: ['v[0-9]+.[0-9]+', '**+build']\n"
        "    paths-ignore: ['**/*.md', '.github/**', 'docs/**']\n"
    ),
    "odd paths": "on:\n  push:\n    paths: ['docs/**/*.md', \"docs/it's.md\", '\\[x\\]*', '!**/b c/*', 'a,b']",
    "plain dispatch": "on: workflow_dispatch",
}
