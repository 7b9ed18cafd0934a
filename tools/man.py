#!/usr/bin/env python3
"""Manual pages from the comments of the public headers.

Writes one page of section 3 for each documented function, and cosy(7), the overview, from the head comments of the
headers. A comment has this form; what stands in brackets may be missing:

    /**
     * name[, name ...] - one sentence.
     *
     * @param: text; a line that goes on is indented.
     *
     * [free paragraphs; lines indented by four or more are code]
     *
     * [Returns: text] [Waits: text] [From: text] [Cost: text] [Example: code until the end]
     */

The synopsis is the declaration, or the declarations, after it. It is an error, told as FILE:LINE, when a declaration marked
COSY_API or COSY_INLINE has no comment, when a parameter is not described, when a comment describes a parameter that no
declaration has, or names a function that does not follow.

usage: man.py [--out DIR] [--version VERSION] INCLUDE_DIR        without --out it only checks
"""
import argparse
import glob
import os
import re
import sys
import textwrap

# Declared in public headers because inline functions and other languages need them; not for people to call.
INTERNAL = {
    "cosy_lock_acquire_slow": "the general case behind the inline cosy_lock_acquire()",
    "cosy_lock_release_slow": "the general case behind the inline cosy_lock_release()",
    "cosy_semaphore_count_slow": "the general case behind the inline cosy_semaphore_count()",
    "cosy_loop_open_abi": "what cosy_loop_open() calls with the layout of the program",
    "cosy_run_abi": "what cosy_run() calls with the layout of the program",
    "cosy_fd_arm": "the begin form of an arm of a select",
    "cosy_join_arm": "the begin form of an arm of a select",
    "cosy_until_arm": "the begin form of an arm of a select",
    "cosy_waitgroup_wait_arm": "the begin form of cosy_arm_waitgroup()",
    "cosy_once_enter_arm": "the begin form of cosy_arm_once()",
    "cosy_future_wait_arm": "the begin form of cosy_arm_future()",
    "cosy_limiter_acquire_arm": "the begin form of an arm of a select",
    "cosy_rwlock_read_arm": "the begin form of an arm of a select",
    "cosy_rwlock_write_arm": "the begin form of an arm of a select",
    "cosy_barrier_wait_arm": "the begin form of an arm of a select",
    "cosy_chain_get_arm": "the begin form of an arm of a select",
    "cosy_event_wait_arm": "the begin form of an arm of a select",
    "cosy_lock_acquire_arm": "the begin form of an arm of a select",
    "cosy_semaphore_acquire_arm": "the begin form of an arm of a select",
    "cosy_signal_wait_arm": "the begin form of an arm of a select",
    "cosy_current_loop": "the variable behind cosy_here()",
    "cosy_queue_fifo": "what COSY_QUEUE_MORE_FIFO refers to",
    "cosy_queue_get_arm": "what cosy_arm_get() refers to",
    "cosy_queue_join_arm": "what cosy_arm_queue_join() refers to",
    "cosy_queue_lifo": "what COSY_QUEUE_MORE_LIFO refers to",
    "cosy_queue_priority": "what COSY_QUEUE_MORE_PRIORITY refers to",
    "cosy_queue_put_arm": "what cosy_arm_put() refers to",
    "cosy_flags_wait_arm": "what a select calls to begin an arm",
    "cosy_watch_next_arm": "what a select calls to begin an arm",
    "cosy_broadcast_receive_arm": "what a select calls to begin an arm",
}

PARTS = ["Returns", "Waits", "From", "Cost"]
errors = []


class Declaration:
    def __init__(self, header, line, name, text, params):
        self.header, self.line, self.name, self.text, self.params = header, line, name, text, params


class Comment:
    """A documentation comment, taken apart."""

    def __init__(self, header, line, text):
        self.header, self.line = header, line
        self.names, self.summary, self.params, self.body, self.parts, self.example = [], "", [], [], {}, []
        self.declarations = []
        self.parse([strip_star(l) for l in text.splitlines()])

    def parse(self, lines):
        while lines and not lines[0].strip():
            lines.pop(0)
        while lines and not lines[-1].strip():
            lines.pop()
        head = []
        while lines and lines[0].strip():
            head.append(lines.pop(0).strip())
        names, dash, self.summary = " ".join(head).partition(" - ")
        self.names = [n.strip() for n in names.split(",")]
        if not dash or not all(re.fullmatch(r"cosy_\w+", n) for n in self.names):
            errors.append(f"{self.header}:{self.line}: the first line is not `name - sentence`: {head[0] if head else ''}")
            self.names = []
        while lines:
            line = lines.pop(0)
            found = re.match(r"@(\w+):\s*(.*)", line)
            if found:
                text = [found[2]]
                while lines and re.match(r"\s+\S", lines[0]):
                    text.append(lines.pop(0).strip())
                self.params.append((found[1], " ".join(text)))
            elif line.startswith("Example:"):
                self.example = textwrap.dedent("\n".join(lines)).splitlines()
                return
            elif re.match(r"(Returns|Waits|From|Cost)\b[^:]*:", line):
                text = [line]
                while lines and lines[0].strip() and not lines[0].startswith("Example:"):
                    text.append(lines.pop(0).strip())
                self.add_parts(" ".join(text))
            else:
                self.body.append(line)

    def add_parts(self, text):
        together = re.match(r"Returns, waits, from, cost:\s*(.*)", text)
        if together:
            self.parts.update({part: together[1] for part in PARTS})
            return
        pieces = re.split(r"\b(Returns|Waits|From|Cost):\s*", text)
        for part, value in zip(pieces[1::2], pieces[2::2]):
            self.parts[part] = value.strip()


def strip_star(line):
    return re.sub(r"^\s*\*? ?", "", line).rstrip()


def blank(match):
    """Spaces of the same length, so that places in the text stay what they are."""
    return re.sub(r"[^\n]", " ", match[0])


def parameters(arguments):
    """Names of the parameters in the text between a declaration's parentheses."""
    depth, piece, pieces = 0, "", []
    for c in arguments:
        depth += (c == "(") - (c == ")")
        if c == "," and depth == 0:
            pieces.append(piece)
            piece = ""
        else:
            piece += c
    pieces.append(piece)
    names = []
    for piece in pieces:
        piece = piece.strip()
        if piece in ("void", ""):
            continue
        pointer = re.search(r"\(\s*\*\s*(\w+)\s*\)", piece)
        names.append(pointer[1] if pointer else re.findall(r"\w+", piece)[-1])
    return names


def declarations(header, text):
    """What is marked COSY_API or COSY_INLINE, with places; comments and directives do not count."""
    code = re.sub(r"/\*.*?\*/", blank, text, flags=re.S)
    code = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", blank, code, flags=re.M)
    for match in re.finditer(r"\b(?:COSY_API|COSY_INLINE)\b([^;{]*)", code):
        body = " ".join(match[1].split()).replace("COSY_NORETURN", "_Noreturn")
        line = text.count("\n", 0, match.start()) + 1
        function = re.search(r"\b(cosy_\w+)\s*\((.*)\)$", body)
        if function:
            name, params = function[1], parameters(function[2])
        else:
            name, params = re.findall(r"\bcosy_\w+", body)[-1], []
        yield match.start(), Declaration(header, line, name, body + ";", params)


def read_header(path, shown):
    """Its head comment, its documentation comments; errors are collected."""
    with open(path, encoding="utf-8") as f:
        text = f.read()
    places = [(m.start(), m.end(), m) for m in re.finditer(r"/\*.*?\*/", text, flags=re.S)]
    head = "\n".join(strip_star(l) for l in places[0][2][0][2:-2].splitlines()) if places else ""
    comments, documented = [], {}
    found = list(declarations(shown, text))
    for number, (start, end, match) in enumerate(places):
        if not match[0].startswith("/**"):
            continue
        comment = Comment(shown, text.count("\n", 0, start) + 1, match[0][3:-2])
        until = places[number + 1][0] if number + 1 < len(places) else len(text)
        for at, declaration in found:
            if end <= at < until and declaration.name in comment.names and declaration.name not in documented:
                comment.declarations.append(declaration)
                documented[declaration.name] = comment
        comments.append(comment)
    for _, declaration in found:
        if declaration.name not in documented and declaration.name not in INTERNAL:
            errors.append(f"{shown}:{declaration.line}: {declaration.name} has no comment of the form `/** name - ...`")
    for comment in comments:
        check(comment)
    return head, comments


def check(comment):
    where = f"{comment.header}:{comment.line}:"
    follow = {d.name: d for d in comment.declarations}
    described = [name for name, _ in comment.params]
    known = {p for d in comment.declarations for p in d.params}
    for name in comment.names:
        if name not in follow:
            errors.append(f"{where} {name} is documented, but no declaration of it follows")
    for declaration in comment.declarations:
        for param in declaration.params:
            if param not in described:
                errors.append(f"{where} parameter {param} of {declaration.name} is not described")
    for name in described:
        if comment.declarations and name not in known:
            errors.append(f"{where} {name} is described, but {', '.join(comment.names)} has no such parameter")
        if described.count(name) > 1:
            errors.append(f"{where} {name} is described twice")


# ---- roff ----

def plain(text):
    """Text for roff: nothing in it is a request or an escape."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("`", "\\(ga").replace("^", "\\(ha").replace("~", "\\(ti")
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.M)


def prose(text):
    text = plain(text)
    text = re.sub(r"\b(cosy_\w+)\(\)", r"\\fB\1\\fP()", text)
    return re.sub(r"\b(COSY_[A-Z0-9_]+)", r"\\fB\1\\fP", text)


def code(lines):
    return [".PP", ".RS 4", ".nf", *[plain(line) or "\\&" for line in lines], ".fi", ".RE"]


def paragraphs(lines, first=".PP"):
    """Free text; what is indented by four or more is code."""
    out, block = [], []
    for line in [*lines, ""]:
        if line.strip():
            block.append(line)
            continue
        if block and all(l.startswith("    ") for l in block):
            out += code(textwrap.dedent("\n".join(block)).splitlines())
        elif block:
            out += [first, prose(" ".join(l.strip() for l in block))]
        block = []
    return out


def synopsis(declaration):
    """Its lines, broken between parameters only."""
    kept = re.sub(r"(?<!,) ", "\0", declaration.text)
    lines = textwrap.wrap(kept, 76, subsequent_indent=" " * 4, break_long_words=False, break_on_hyphens=False)
    return [line.replace("\0", " ") for line in lines]


def title(name, section, version):
    return [f'.TH "{name.upper()}" {section} "2026" "cosy {version}" "cosy manual"', ".ad l", ".nh"]


def page(comment, siblings, version):
    include = comment.header
    out = [*title(comment.names[0], 3, version), ".SH NAME",
           f"{', '.join(comment.names)} \\- {prose(comment.summary.rstrip('.'))}", ".SH SYNOPSIS", ".nf",
           f".B #include <{include}>"]
    for declaration in comment.declarations:
        out += [".PP", *[f"\\fB{plain(line)}\\fP" for line in synopsis(declaration)]]
    out.append(".fi")
    description = []
    for name, text in comment.params:
        description += [".TP", f"\\fI{name}\\fP", prose(text)]
    description += paragraphs(comment.body)
    if description:
        out += [".SH DESCRIPTION", *description]
    if "Returns" in comment.parts:
        out += [".SH RETURN VALUE", prose(capital(comment.parts["Returns"]))]
    rest = [p for p in PARTS[1:] if p in comment.parts]
    if rest:
        out.append(".SH CONTEXT")
        for part in rest:
            label = {"Waits": "Waits", "From": "May be called from", "Cost": "Cost"}[part]
            out += [".TP", f"\\fB{label}\\fP", prose(comment.parts[part])]
    if comment.example:
        out += [".SH EXAMPLE", ".nf", *[plain(line) or "\\&" for line in comment.example], ".fi"]
    others = [f".BR {n} (3)," for n in siblings if n not in comment.names]
    out += [".SH SEE ALSO", *others, ".BR cosy (7)"]
    return "\n".join(out) + "\n"


def capital(text):
    return text[:1].upper() + text[1:] if not text.startswith("cosy") else text


def split_head(head):
    """`cosy/x.h - sentence. More.` as (sentence, lines of the rest)."""
    lines = head.strip("\n").splitlines()
    first = re.sub(r"^\s*\S+\s+-\s+", "", lines[0])
    return first, lines[1:]


def result_codes(include):
    with open(os.path.join(include, "cosy", "error.h"), encoding="utf-8") as f:
        return re.findall(r"^\s*(COSY_\w+) = -?\d+,?\s*/\* (.*?) \*/", f.read(), flags=re.M)


def overview(headers, include, version):
    out = [*title("cosy", 7, version), ".SH NAME", "cosy \\- cooperative concurrency in C", ".SH SYNOPSIS",
           ".B #include <cosy.h>", ".PP", "Link with \\fB\\-lcosy\\fP, or \\fBpkg-config \\-\\-libs cosy\\fP.",
           ".SH DESCRIPTION"]
    first, rest = split_head(headers["cosy.h"][0])
    out += [".PP", prose(capital(first)), *paragraphs(rest)]
    for name, (head, comments) in headers.items():
        if name == "cosy.h":
            continue
        first, rest = split_head(head)
        out += [f'.SH "{name}"', ".PP", prose(capital(first)), *paragraphs(rest)]
        for comment in comments:
            out += [".TP", ", ".join(f"\\fB{n}\\fP(3)" for n in comment.names), prose(comment.summary)]
    out += [".SH RESULT CODES", ".PP",
            "Zero or more is success. " + prose("cosy_strerror()") + " says each code in a sentence."]
    for name, text in result_codes(include):
        out += [".TP", f".B {name}", prose(text)]
    return "\n".join(out) + "\n"


def main():
    parser = argparse.ArgumentParser(description="manual pages from the comments of the public headers")
    parser.add_argument("--out", help="where man3/ and man7/ go; without it the comments are only checked")
    parser.add_argument("--version", default="", help="what the pages say at their foot")
    parser.add_argument("include", help="the directory that holds cosy.h and cosy/")
    args = parser.parse_args()

    headers = {}
    for path in [os.path.join(args.include, "cosy.h"), *sorted(glob.glob(os.path.join(args.include, "cosy", "*.h")))]:
        shown = os.path.relpath(path, args.include)
        headers[shown] = read_header(path, shown)
    for error in errors:
        print(os.path.join(args.include, error), file=sys.stderr)
    if errors:
        return 1
    comments = [(c, own) for _, own in headers.values() for c in own]
    if args.out:
        man3, man7 = os.path.join(args.out, "man3"), os.path.join(args.out, "man7")
        os.makedirs(man3, exist_ok=True)
        os.makedirs(man7, exist_ok=True)
        for comment, own in comments:
            siblings = [n for c in own for n in c.names]
            write(os.path.join(man3, comment.names[0] + ".3"), page(comment, siblings, args.version))
            for alias in comment.names[1:]:
                write(os.path.join(man3, alias + ".3"), f".so man3/{comment.names[0]}.3\n")
        write(os.path.join(man7, "cosy.7"), overview(headers, args.include, args.version))
    print(f"{sum(len(c.names) for c, _ in comments)} functions documented in {len(headers)} headers")
    return 0


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


if __name__ == "__main__":
    sys.exit(main())
