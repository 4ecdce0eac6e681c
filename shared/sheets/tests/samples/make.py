"""Makes the sample sheets beside this file, with openpyxl and LibreOffice; the results are committed.

cargo run -p baton-sheets --example sheet -- universal ru /tmp/universal.xlsx
python make.py /tmp/universal.xlsx        # needs openpyxl 3.1 and soffice (LibreOffice 7.4 was used)
"""

import datetime
import pathlib
import subprocess
import sys
import tempfile

import openpyxl

HERE = pathlib.Path(__file__).parent
DAY = datetime.date(2026, 12, 1)
ROWS = [
    {
        "Канал": "telegram, sms",
        "Телефон": 79990000001,
        "ID в мессенджере": "100200300",
        "Текст": "Анна, ваш заказ готов.\nЖдём вас & друзей <до 21:00>!",
        "Отправитель": "Shop",
        "Дата отправки": DAY,
        "Время отправки": datetime.time(10, 30),
        "Отправлять с": datetime.time(9),
        "Отправлять до": datetime.time(21),
        "Часовой пояс": "Europe/Moscow",
        "Ваш ID": 42,
    },
    {
        "Канал": "email",
        "Эл. почта": "anna@example.org",
        "Текст": "  Ещё «раз»  ",
        "Тема": "Новости",
        "Дата отправки": "2026-12-01",
        "Время отправки": "10:30:00",
    },
]


def fill(sheet: openpyxl.worksheet.worksheet.Worksheet, rows: list[dict[str, object]], first: int) -> None:
    """Writes rows under the headers that the sheet has."""
    columns = {cell.value: cell.column for cell in sheet[1] if cell.value}
    for number, row in enumerate(rows, start=first):
        for name, value in row.items():
            sheet.cell(number, columns[name]).value = value


def by_python() -> None:
    """A workbook that a script makes: headers and values, a hidden sheet before, a sheet after."""
    book = openpyxl.Workbook()
    hidden = book.active
    hidden.title = "secret"
    hidden.sheet_state = "hidden"
    hidden.append(["not", "ours"])
    sheet = book.create_sheet("Рассылка")
    names = list(dict.fromkeys(name for row in ROWS for name in row))
    for column, name in enumerate(names, start=1):
        sheet.cell(1, column).value = name
    fill(sheet, ROWS, 2)
    book.create_sheet("Ещё").append(["not", "ours either"])
    book.active = 1
    book.save(HERE / "openpyxl.xlsx")


def by_libreoffice(template: str) -> None:
    """The empty sheet, filled in, opened and saved by LibreOffice as a workbook and as CSV."""
    with tempfile.TemporaryDirectory() as folder:
        filled = pathlib.Path(folder) / "libreoffice.xlsx"
        book = openpyxl.load_workbook(template)
        fill(book.active, ROWS, 3)
        book.save(filled)
        out = pathlib.Path(folder) / "out"
        run = ["soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to"]
        # 59 is ";", 34 the double quote; 1251 is LibreOffice's number 34 of encodings.
        for form in ["xlsx", "csv:Text - txt - csv (StarCalc):59,34,34,1"]:
            subprocess.run(
                [*run, form, "--outdir", str(out), str(filled)], check=True, capture_output=True, timeout=300
            )
        for made in out.iterdir():
            (HERE / made.name).write_bytes(made.read_bytes())


if __name__ == "__main__":
    by_python()
    by_libreoffice(sys.argv[1])
