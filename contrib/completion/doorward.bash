# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers
#
# Completion of doorward's commands, options, files and policies in bash: what the program's own help
# lists. Installed where bash-completion looks for it.

# PROGRAM [COMMAND]: the words of the help, one a line: "COMMAND", "-OPTION VALUE" or ". ARGUMENT".
_doorward_help()
{
	if [[ -n ${2-} ]]; then
		"$1" help "$2"
	else
		"$1" --help
	fi 2>/dev/null | awk -v command="${2-}" '
		command != "" && /^$/ { exit }
		command == "" && /^[a-z]+:$/ { section = $1; next }
		command == "" && section == "commands:" && /^  [a-z]/ { print $1; next }
		command == "" && section != "options:" { next }
		{
			gsub(/[[|,]/, " ")
			gsub(/]/, " ] ")
			for (i = 1; i <= NF; i++) {
				if ($i ~ /^-/) {
					print $i, $(i + 1) ~ /^[A-Z]+$/ ? $(i + 1) : ""
				} else if (command == "" && $i !~ /^[A-Z]+$/) {
					break
				} else if ($i ~ /^[A-Z]+$/ && $(i - 1) !~ /^-/) {
					print ".", $i
				}
			}
		}'
}

# PROGRAM KIND: the completions of a value or argument; the word is $cur.
_doorward_value()
{
	local words=

	case $2 in
	FILE | CASES)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	COMMAND) words=$(_doorward_help "$1" | grep -v '^[-.]') ;;
	NAME) words=$("$1" -T ${config:+-c "$config"} 2>/dev/null | sed -n 's/^\[policy \(.*\)\]$/\1/p') ;;
	WORD) words='SUCCESS NONE' ;;
	LEVEL) words='warning info debug' ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}

_doorward()
{
	local program=${COMP_WORDS[0]} cur=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local command= config= checks= i help kind

	# "--policy=NAME" is three words of readline.
	if [[ $cur == = ]]; then
		cur=
	elif [[ $before == = ]]; then
		before=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-c) config=${COMP_WORDS[++i]} ;;
		-[tT]) checks=1 ;;
		[a-z]*) command=${command:-${COMP_WORDS[i]}} ;;
		esac
	done
	COMPREPLY=()
	help=$(_doorward_help "$program" "$command")
	kind=$(awk -v option="$before" '$1 == option && NF > 1 { print $2; exit }' <<<"$help")
	if [[ $before == -* && -n $kind ]]; then
		_doorward_value "$program" "$kind"
	elif [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(awk '/^-/ { print $1 }' <<<"$help")" -- "$cur")
	elif [[ -n $command ]]; then
		_doorward_value "$program" "$(awk '$1 == "." { print $2; exit }' <<<"$help")"
	elif [[ -n $checks ]]; then
		_doorward_value "$program" FILE
	else
		_doorward_value "$program" COMMAND
	fi
}

complete -F _doorward doorward
