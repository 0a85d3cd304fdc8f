"""The command line: `siji COMMAND …`, for scripts and administrators. It calls the same services as the windows do.

Standard output carries what was asked for, standard error what is said about it. Exit status: 0 done, 1 a fault of the
program, 2 wrong usage, 3 refused, 4 conflicts wait for a person, 5 `check` found errors.
"""

import contextlib
import io
import os
import re
import sys
from collections.abc import Sequence

import typer
from typer.exceptions import TyperException

from app import faults
from app.commands import care, documents, offices, packages, records, responsibility, servers, statistics, workbooks
from app.commands.common import DONE, FAULT, REFUSED, USAGE, new_app, say
from app.documents.making import Printer
from db.errors import Refusal

app = new_app()
for subject in (offices, servers, records, workbooks, packages, responsibility, statistics, documents, care):
    app.add_typer(subject.app, name=subject.NAME)


@app.callback()
def siji() -> None:
    """四基：乡镇党建办公室的台账。不带参数时打开桌面。"""


def main(argv: Sequence[str] | None = None, printer: Printer | None = None) -> int:
    """Runs one command and returns its exit status. Never raises, never exits. `printer` writes documents as PDF."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a console that is not UTF-8 must not lose a rare character of a name
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        arguments = list(sys.argv[1:] if argv is None else argv)
        status = app(args=arguments, prog_name="siji", standalone_mode=False, obj=printer)
        sys.stdout.flush()
        return status if isinstance(status, int) else DONE
    except Refusal as refusal:
        say(refusal.message)
        return REFUSED
    except TyperException as error:
        say(usage_sentence(error))
        return USAGE
    except (typer.Abort, KeyboardInterrupt):
        say("已经停止，没有保存。")
        return FAULT
    except BrokenPipeError:  # whoever read our output has seen enough
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:
        file = faults.record(error)
        where = f"详情记在 {file}（不含个人信息），请交给维护人员。" if file else ""
        say(f"程序出了错，这一步没有完成。{where}")
        return FAULT


WRONG = (
    (re.compile(r"No such command '(.*?)'.*"), r"没有 \1 这个命令"),
    (re.compile(r"Input should be greater than or equal to (\d+)"), r"不能小于 \1"),
    (re.compile(r"Input should be a valid integer.*"), "应为整数"),
    (re.compile(r"('.*?') is not one of (.*)"), r"\1 不在可选的 \2 之中"),
    (re.compile(r"Got unexpected extra argument(?:s|\(s\))? \((.*)\)"), r"多了 \1"),
)
"""What the library says of a command line, and how an office is told."""


def usage_sentence(error: TyperException) -> str:
    """What is wrong with a command line, and where its help is."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "siji"
    parameter = getattr(error, "param", None)
    options = getattr(parameter, "opts", [])
    named = next((one for one in options if one.startswith("-")), getattr(parameter, "metavar", None) or "")
    message = str(getattr(error, "message", "") or "").removeprefix("Value error, ").rstrip(".")
    message = next((found.expand(told) for wrong, told in WRONG if (found := wrong.fullmatch(message))), message)
    match type(error).__name__:
        case "MissingParameter":
            wrong = f"缺少 {named}"
        case "NoSuchOption":
            wrong = f"没有 {getattr(error, 'option_name', '')} 这个选项"
        case "NoArgsIsHelpError":
            return message
        case "BadParameter" if named:
            wrong = f"{named} 写得不对（{message}）"
        case _:
            wrong = f"用法不对（{message}）"
    return f"{wrong}。用 {command} --help 看用法。"


if __name__ == "__main__":
    raise SystemExit(main())
