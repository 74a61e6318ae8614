# SPDX-License-Identifier: MIT
#
# Cuts C headers into what they declare and define. One line each, with tabs between:
#
#   KIND  NAMES  OWNER  TEXT
#
# KIND is define, include, function, declaration, member or enumerator. NAMES are what users
# of it write. OWNER is what changes with it though its own text does not: for a member
# the structure. TEXT has no comments, and the conditions of #if that it stands under.
#
# It knows C as headers of the kernel have it, not all of C: what it cannot read has
# too many names, never too few.

function trim(s) {
	gsub(/[ \t]+/, " ", s)
	gsub(/^ | $/, "", s)
	return s
}

function put(kind, names, owner, text,   i, where) {
	for (i = 1; i <= nr_conditions; i++)
		where = where "[" conditions[i] "]"
	printf "%s\t%s\t%s\t%s%s\n", kind, trim(names), owner, where, text
}

# All words of a text that can be names.
function words(s,   n, i, list, out) {
	gsub(/"([^"\\]|\\.)*"|'([^'\\]|\\.)*'/, " ", s)
	n = split(s, list, /[^A-Za-z0-9_]+/)
	for (i = 1; i <= n; i++)
		if (list[i] ~ /^[A-Za-z_]/ && list[i] !~ reserved)
			out = out " " list[i]
	return out
}

function last_word(s,   n, list) {
	n = split(trim(words(s)), list, " ")
	return n ? list[n] : ""
}

# What begins with '(' and is closed: how long it is.
function group_length(s,   i, c, depth) {
	for (i = 1; i <= length(s); i++) {
		c = substr(s, i, 1)
		if (c == "(")
			depth++
		else if (c == ")" && !--depth)
			return i
	}
	return length(s)
}

# Attributes with arguments stand in front of names, and behind them.
function without_attributes(s,   at) {
	while (match(s, attributes)) {
		at = RSTART + RLENGTH - 1
		s = substr(s, 1, RSTART - 1) " " substr(s, at + group_length(substr(s, at)))
	}
	return s
}

# "int a, *b[4]", "u32 c:3", "void (*f)(int)"
function declarators(s,   n, i, list, out) {
	if (match(s, /\([ ]*\*[ ]*(const )?[A-Za-z_0-9]+/))
		return last_word(substr(s, RSTART, RLENGTH))
	gsub(/\[[^\]]*\]/, "", s)
	n = split(s, list, ",")
	for (i = 1; i <= n; i++) {
		sub(/[=:].*/, "", list[i])
		out = out " " last_word(list[i])
	}
	return out
}

function put_members(kind, tag, body, separator,   n, i, list) {
	gsub(/[{}]/, separator, body)
	n = split(body, list, separator)
	for (i = 1; i <= n; i++)
		if (trim(list[i]) != "")
			put(kind, declarators(without_attributes(list[i])), tag,
			    tag ": " trim(list[i]))
}

function put_aggregate(head, body, tail,   tag, names) {
	names = head
	sub(/^.*(struct|union|enum)/, "", names)
	tag = last_word(without_attributes(names))
	names = trim(tag " " declarators(without_attributes(tail)))
	put("declaration", names == "" ? words(body) : names, "", head " {" body "}" tail)
	if (head ~ /(^| )enum( |$)/)
		put_members("enumerator", names, body, ",")
	else
		put_members("member", names, body, ";")
}

# A function, with or without its body; or a macro that stands for a declaration.
function function_name(head,   before, at, rest) {
	head = trim(without_attributes(head))
	at = index(head, "(")
	before = trim(substr(head, 1, at - 1))
	rest = substr(head, at)
	if (rest ~ /^\([ ]*\*/)
		return declarators(rest)
	if (before !~ / |\*/)
		return before " " words(rest)
	return last_word(before)
}

function emit(text,   at, head, body, tail, end) {
	text = trim(text)
	if (text == "" || text == ";")
		return
	at = index(text, "{")
	head = at ? trim(substr(text, 1, at - 1)) : text
	if (at && without_attributes(head) !~ /[(=]/ && head ~ /(^| )(struct|union|enum)( |$)/) {
		for (end = length(text); substr(text, end, 1) != "}"; end--)
			;
		put_aggregate(head, substr(text, at + 1, end - at - 1), substr(text, end + 1))
	} else if (without_attributes(head) ~ /\(/) {
		put(at || head ~ /=/ ? "function" : "declaration", function_name(head), "", text)
	} else if (head !~ /^(struct|union|enum) [A-Za-z0-9_]+ ?;$/) {
		sub(/;$/, "", head)
		put(head ~ /=/ ? "function" : "declaration", declarators(head), "", text)
	}
}

function directive(line,   word, rest) {
	sub(/^[ \t]*#[ \t]*/, "", line)
	line = trim(line)
	word = line
	sub(/[^a-z].*/, "", word)
	rest = trim(substr(line, length(word) + 1))
	if (word ~ /^if/)
		conditions[++nr_conditions] = line
	else if (word == "else" || word == "elif")
		conditions[nr_conditions] = conditions[nr_conditions] " " line
	else if (word == "endif" && nr_conditions)
		nr_conditions--
	else if (word == "include")
		put("include", "", "", line)
	else if (word == "define" || word == "undef") {
		word = rest
		sub(/[^A-Za-z0-9_].*/, "", word)
		put("define", word, "", line)
	}
	# What is said in the middle of something is part of it, too.
	if (trim(buffer) != "")
		buffer = buffer " #" line " "
}

# Without comments, which may begin and end anywhere.
function without_comments(line,   out, at) {
	while (line != "") {
		if (in_comment) {
			at = index(line, "*/")
			if (!at)
				return out
			line = substr(line, at + 2)
			in_comment = 0
			out = out " "
		}
		if (!match(line, /"([^"\\]|\\.)*"|'([^'\\]|\\.)+'|\/\*|\/\//))
			return out line
		out = out substr(line, 1, RSTART - 1)
		at = substr(line, RSTART, RLENGTH)
		line = substr(line, RSTART + RLENGTH)
		if (at == "//")
			return out
		if (at == "/*")
			in_comment = 1
		else
			out = out at
	}
	return out
}

# A function's: not the value of a variable, which may have a type in parentheses.
function begins_body(head) {
	return head ~ /\)[^=;]*\{$/ && head !~ /=[ ]*(\([^()]*\))?[ ]*\{$/
}

# A construct ends at a ';', or where the body of a function does.
function code(line,   c) {
	while (match(line, /"([^"\\]|\\.)*"|'([^'\\]|\\.)+'|[{}();]/)) {
		c = substr(line, RSTART, RLENGTH)
		buffer = buffer substr(line, 1, RSTART + RLENGTH - 1)
		line = substr(line, RSTART + RLENGTH)
		if (c == "{") {
			if (!depth++)
				is_body = begins_body(buffer)
		} else if (c == "}" && depth) {
			depth--
		} else if (c == "(") {
			parens++
		} else if (c == ")" && parens) {
			parens--
		}
		if (!depth && ((c == ";" && !parens) || (c == "}" && is_body))) {
			emit(buffer)
			buffer = ""
			is_body = parens = 0
		}
	}
	buffer = buffer line " "
}

function finish() {
	emit(buffer)
	buffer = carried = ""
	nr_conditions = depth = parens = in_comment = is_body = 0
}

BEGIN {
	reserved = "^(auto|bool|char|const|double|else|enum|extern|float|for|if|inline|int|long|" \
		"register|return|short|signed|sizeof|static|struct|typedef|union|unsigned|void|" \
		"volatile|ifdef|ifndef|endif|elif|while|do|switch|case|default|goto|break|continue|defined|" \
		"__inline|__always_inline|__init|__exit|__user|__iomem|__rcu|__percpu|__force|" \
		"__packed|__maybe_unused|__must_check|__read_mostly|asmlinkage|noinline|" \
		"[us](8|16|32|64)|__[us](8|16|32|64)|__[bl]e(16|32|64)|size_t|ssize_t|loff_t|" \
		"gfp_t|pid_t|dev_t|uint(8|16|32|64)_t|NULL|true|false)$"
	attributes = "(__attribute__|__attribute|__printf|__scanf|__aligned|__section|" \
		"__alloc_size|__nonnull|__acquires|__releases|__must_hold|__assume_aligned|" \
		"__counted_by|__guarded_by|__bitwise|__typeof__|typeof|__designated_init|" \
		"__cleanup|__access|__malloc|__attribute_const__|__printf|__deprecated)[ ]*[(]"
}

FNR == 1 { finish() }

{
	line = carried $0
	if (line ~ /\\$/) {
		carried = substr(line, 1, length(line) - 1) " "
		next
	}
	carried = ""
	line = without_comments(line)
	if (line ~ /^[ \t]*#/)
		directive(line)
	else
		code(line)
}

END { finish() }
