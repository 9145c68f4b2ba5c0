#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# One style check over the source tree: style.sh CHECK SOURCE_ROOT; 77 where its program is missing.
set -eu

need() {
	command -v "$1" >/dev/null && return
	echo "$1 is not installed"
	exit 77
}

# What is ours to check, one a line; not a build directory, not recorded data.
sources() {
	find . -type d \( -name .git -o -name 'build*' -o -name fixtures -o -name results \
		-o -name corpus \) -prune \
		-o -type f "$@" -print
}

scripts() {
	sources | while IFS= read -r file; do
		head -n 1 "$file" | grep -Eq '^#!.*[ /](ba|da)?sh$|^#!.*bats$' && echo "$file"
	done
}

cd "$2"
case $1 in
ansible-lint)
	need ansible-lint
	cd contrib/ansible
	ansible-lint --offline --nocolor fleet.yml roles
	;;
clang-format)
	# The layout differs from version to version; 14 is what .clang-format was written for.
	need clang-format-14
	sources -name '*.[ch]' | xargs clang-format-14 --dry-run -Werror
	;;
codespell)
	need codespell
	# Nd is a macro of mdoc, DAMON a part of the kernel; the rest is what tests mistype.
	sources ! -name LICENSE | xargs codespell -L nd,damon,chekc,cleen,runn
	;;
cppcheck)
	# What is known to be right and not seen to be is suppressed where it stands, with the reason. It cannot
	# parse __extension__ before a cast.
	need cppcheck
	cppcheck --quiet --inline-suppr --error-exitcode=1 --enable=warning,portability,performance \
		--std=c11 -D_GNU_SOURCE -DNRB_HAVE_LIBCPUID=1 -D__extension__= -Iinclude src bench
	;;
groff)
	# It prints what is wrong and exits 0.
	need groff
	test -z "$(groff -mandoc -ww -z man/*.[0-9] 2>&1 | tee /dev/stderr)"
	;;
mandoc)
	need mandoc
	mandoc -Tlint -Wwarning man/*.[0-9]
	;;
shellcheck)
	need shellcheck
	scripts | xargs shellcheck
	;;
*)
	echo "usage: style.sh ansible-lint|clang-format|codespell|cppcheck|groff|mandoc|shellcheck SOURCE_ROOT" >&2
	exit 2
	;;
esac
