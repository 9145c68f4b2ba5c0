# SPDX-License-Identifier: GPL-2.0-or-later
# What zsh offers for command lines. A `zsh -f -i` reads this, answers at its next prompt and ends.
#
#   NRB_ZSH_DIR   where the completion is
#   NRB_ZSH_LINES a file of command lines, each as typed so far
#   NRB_ZSH_WORDS a new file: of each line the words on offer, a line each, and an empty one behind them

fpath=("$NRB_ZSH_DIR" $fpath)
autoload -Uz compinit
compinit -u -D
zstyle ':completion:*' verbose no

# Whoever offers words calls this. With -O, -A or -D it only asks which would match.
compadd() {
	local -a asked offered
	zparseopts -E -a asked - O: A: D:
	if (($#asked == 0)); then
		builtin compadd -O offered "$@"
		(($#offered == 0)) || print -rl -- $offered >>"$NRB_ZSH_WORDS"
	fi
	builtin compadd "$@"
}

answer() {
	local line
	for line in "${(@f)$(<"$NRB_ZSH_LINES")}"; do
		BUFFER=$line
		CURSOR=$#BUFFER
		zle offer
		print >>"$NRB_ZSH_WORDS"
	done
	exit
}

zle -C offer .list-choices _main_complete
zle -N zle-line-init answer
