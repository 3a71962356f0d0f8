# shellcheck shell=bash disable=SC2034
# What the packages say of Tidings, from where it stands already. To be read by the scripts beside it, from the top of the repository.
version=$(sed -n '/^\[workspace.package\]/,/^\[/ s/^version = "\(.*\)"/\1/p' Cargo.toml)
summary=$(sed -n '/^\[package\]/,/^\[/ s/^description = "\(.*\)"/\1/p' Cargo.toml)
maintainer='The Tidings developers <developers@tidings.invalid>'
description='Tidings follows event streams (SSE, EventSource) of build servers, home
automation, ntfy, Mercure, Mastodon or any other source that speaks the
standard. It keeps every event in a searchable history, shows native
notifications, stays in the tray, and resumes where it left off. The same
program works on the command line and, without a window, as a service.'
# When this version came, for the dates inside of packages: of the last commit, or of its entry in the changelog where there is no git.
released=$(sed -n "s/^## \[$version\] - //p" CHANGELOG.md)
[ -n "$released" ] || { echo "CHANGELOG.md has no entry '## [$version] - DATE'." >&2; exit 1; }
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct 2>/dev/null || date --utc --date="$released" +%s)}"
export SOURCE_DATE_EPOCH
