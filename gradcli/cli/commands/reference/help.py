"""`gradcli help`: the manual, and the help page of each command."""

from __future__ import annotations

import sys

from gradcli.cli.framework.choices import refuse
from gradcli.cli.framework.command import Command, Options, flag, text
from gradcli.errors import GradcliError, nearest, spoken

HELP = """\
The manual, and the help page of each command. Its topics, a page of it, or the options of a command.

\b
  gradcli help                          the topics and the commands
  gradcli help start                    for who has just heard of the chain rule
  gradcli help eval                     as gradcli eval --help
  gradcli help --html -o manual.html    all pages as one page for a browser
  gradcli help --man | man -l -         all pages for man
  gradcli help json > json.md           in a pipe a page is Markdown
"""


class HelpOptions(Options):
    """What to show of the manual, and how."""

    html = flag("One page of HTML: of the topic, or of all of them.")
    man = flag("A page for man, in roff: of the topic, or of all of them.")
    output = text("Write to a file: HTML by --html, roff by --man, else Markdown.", "FILE", short="-o")


def run(options: HelpOptions) -> None:
    """Run the command."""
    from gradcli.cli.framework.streams import wants_rich, write, write_note, write_to
    from gradcli.cli.framework.table import command_names
    from gradcli.output.manual.pages import has_page, headings_with, page, summaries

    language = spoken().language
    topic = " ".join(options.positional) or None
    if options.html and options.man:
        raise GradcliError("--html and --man ask for different formats", hint="leave one out")
    if topic is not None and topic not in summaries():
        if topic not in command_names():
            from gradcli.ops.words import vocabulary

            if topic in vocabulary().functions:
                raise GradcliError(f"there is no topic {topic}: it is a function", hint=f"write gradcli ops {topic}")
            near = nearest(topic, [*summaries(), *command_names()])
            places = {} if near and near.startswith(topic) else headings_with(topic)
            hint = f"did you mean {near}?" if near else "`gradcli help` lists the topics"
            if places:
                shown = [f"gradcli help {name} ({heading})" for name, heading in list(places.items())[:4]]
                hint = f"it is spoken of in {', '.join(shown)}"
            raise GradcliError(f"there is no topic {topic}", hint=hint)
        from gradcli.cli.framework.help import show_help

        refuse(options, ["html", "man", "output"], f"is for pages of the manual, and {topic} is a command")
        show_help([topic, "--help"])
        return
    topics = [topic] if topic else list(summaries())
    if topic and not has_page(topic, language):
        write_note(f"the page {topic} is not translated yet")
    if options.html:
        from gradcli.output.manual.html import manual_html

        write_to(options.output, manual_html(topics, language))
    elif options.man:
        from gradcli import __version__
        from gradcli.output.manual.roff import manual_roff

        write_to(options.output, manual_roff(topics, __version__, language))
    elif options.output:
        write_to(options.output, (page(topic, language) for topic in topics))
    elif topic is None:
        _contents(language)
    elif wants_rich():
        from gradcli.output.manual.terminal import page_on_terminal

        write([page_on_terminal(topic, sys.stdout, language)])
    else:
        write([page(topic, language)])


def _contents(language: str) -> None:
    """The topics, and the commands."""
    from gradcli.cli.framework.table import command_named, grouped_names
    from gradcli.cli.views.show import show_blocks
    from gradcli.output.manual.pages import summaries
    from gradcli.output.reports.blocks import Table

    topics = [(topic, about.replace("`", "")) for topic, about in summaries(language).items()]
    manual = Table("Topics: gradcli help TOPIC", ("topic", "about"), topics, wide=frozenset({"about"}))
    rows = [(name, command_named(name).summary) for names in grouped_names().values() for name in names]
    commands = Table("Commands: gradcli help COMMAND", ("command", "about"), rows, wide=frozenset({"about"}))
    show_blocks(lambda style: [commands, manual], None)


COMMAND = Command(
    HELP,
    ("TOPIC", "A topic of the manual, or a command."),
    HelpOptions,
    run,
    lacks=dict.fromkeys(("-q", "--json", "--format"), "pages are texts, Markdown in a pipe"),
)
