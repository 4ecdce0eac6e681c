"""Makes the pictures of docs/send-jobs.md from the empty sheets.

for name in sms-ru sms-en universal-ru universal-en; do
    cargo run -p baton-sheets --example sheet -- ${name%-*} ${name#*-} /tmp/$name.xlsx
done
python infra/sheet_pictures.py /tmp        # needs openpyxl, pillow and soffice (LibreOffice)
"""

import datetime
import pathlib
import subprocess
import sys
import tempfile

import openpyxl
from PIL import Image, ImageChops

PICTURES = pathlib.Path(__file__).parent.parent / "docs" / "pictures"
DAY = datetime.date(2026, 12, 1)
NINE, TEN, EVENING = datetime.time(9), datetime.time(10), datetime.time(21)
# By sheet and language: the columns that are left, from column 1 on, and the rows.
FILLED = {
    "sms-ru": (
        ["Телефон", "Текст", "Отправитель", "Дата отправки", "Время отправки", "Часовой пояс", "var:имя", "var:заказ"],
        [
            ["79990000001", "{{имя}}, заказ {{заказ}} готов", "Shop", DAY, TEN, "Europe/Moscow", "Анна", "1042"],
            ["79990000002", "{{имя}}, заказ {{заказ}} готов", "Shop", DAY, TEN, "Asia/Omsk", "Иван", "1043"],
        ],
    ),
    "sms-en": (
        ["Phone", "Text", "Sender", "Send date", "Send time", "Time zone", "var:name", "var:order"],
        [
            ["79990000001", "{{name}}, order {{order}} is ready", "Shop", DAY, TEN, "Europe/Moscow", "Anna", "1042"],
            ["79990000002", "{{name}}, order {{order}} is ready", "Shop", DAY, TEN, "Asia/Omsk", "Ivan", "1043"],
        ],
    ),
    "universal-ru": (
        ["Канал", "Телефон", "Эл. почта", "ID в мессенджере", "Текст", "Тема", "Отправлять с", "Отправлять до"],
        [
            ["telegram, sms", "79990000001", None, "100200300", "Скидка 10 % до пятницы", None, NINE, EVENING],
            ["email", None, "anna@example.org", None, "Скидка 10 % до пятницы", "Скидка", NINE, EVENING],
        ],
    ),
    "universal-en": (
        ["Channel", "Phone", "E-mail", "Messenger user ID", "Text", "Subject", "Send from", "Send until"],
        [
            ["telegram, sms", "79990000001", None, "100200300", "10 % off until Friday", None, NINE, EVENING],
            ["email", None, "anna@example.org", None, "10 % off until Friday", "An offer", NINE, EVENING],
        ],
    ),
}


def fill(source: str, target: str, wanted: list[str], rows: list[list[object]]) -> None:
    """Writes an empty sheet with rows, without the columns that are not wanted."""
    book = openpyxl.load_workbook(source)
    sheet = book.active
    sheet.data_validations.dataValidation = []
    for column in range(sheet.max_column, 0, -1):
        if sheet.cell(1, column).value not in wanted:
            sheet.delete_cols(column)
    for column, name in enumerate(wanted, start=1):
        head = sheet.cell(1, column)
        if head.value is None:
            head.value = name
            head._style = sheet.cell(1, 3)._style
        values = [row[column - 1] for row in rows]
        width = max(len(str(value or "")) for value in [name, *values]) + 3
        sheet.column_dimensions[head.column_letter].width = max(width, 15)
        for number, value in enumerate(values, start=3):
            cell = sheet.cell(number, column)
            cell.value = value
            if isinstance(value, datetime.time):
                cell.number_format = "hh:mm:ss"
    sheet.row_dimensions[2].height = 52
    sheet.print_options.headings = sheet.print_options.gridLines = True
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = openpyxl.worksheet.properties.PageSetupProperties(fitToPage=True)
    sheet.oddHeader.center.text = sheet.oddFooter.center.text = ""
    book.save(target)


def shoot(folder: str, name: str) -> None:
    """Renders a workbook and cuts off the empty rest of the page."""
    run = ["soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", "pdf"]
    subprocess.run([*run, "--outdir", folder, f"{folder}/{name}.xlsx"], check=True, capture_output=True, timeout=300)
    pages = ["pdftoppm", "-r", "130", "-png", "-f", "1", "-l", "1", "-singlefile"]
    subprocess.run([*pages, f"{folder}/{name}.pdf", f"{folder}/{name}"], check=True, timeout=60)
    picture = Image.open(f"{folder}/{name}.png").convert("RGB")
    box = ImageChops.difference(picture, Image.new("RGB", picture.size, "white")).getbbox()
    box = (box[0] - 8, box[1] - 8, box[2] + 8, box[3] + 8)
    picture.crop(box).quantize(32).save(PICTURES / f"sheet-{name}.png", optimize=True)


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as made:
        for name, (wanted, rows) in FILLED.items():
            fill(f"{sys.argv[1]}/{name}.xlsx", f"{made}/{name}.xlsx", wanted, rows)
            shoot(made, name)
