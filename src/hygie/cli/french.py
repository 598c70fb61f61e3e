"""Click's help, in French: its headings and its own sentences."""

import click


class FrenchFormatter(click.HelpFormatter):
    """Headings followed by « : » with its French space."""

    def write_heading(self, heading: str) -> None:
        """« Options : »."""
        self.write(f"{'':>{self.current_indent}}{heading} :\n")


click.Context.formatter_class = FrenchFormatter


class _Help:
    """What groups and commands share: the usage line and the help option."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """« Usage : hygie … »."""
        pieces = self.collect_usage_pieces(ctx)  # type: ignore[attr-defined]
        formatter.write_usage(ctx.command_path, " ".join(pieces), prefix="Usage : ")

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Click's own help option, with a French help."""
        option: click.Option | None = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = "Affiche cette aide."
        return option


class FrenchCommand(_Help, click.Command):
    """A verb whose help is French."""


class FrenchGroup(_Help, click.Group):
    """A group whose help is French and does not import its verbs."""

    command_class = FrenchCommand

    def short_helps(self) -> dict[str, str]:
        """Verb → one line."""
        return {}

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The verbs with their one line, under « Commandes »."""
        del ctx
        with formatter.section("Commandes"):
            formatter.write_dl(list(self.short_helps().items()))
