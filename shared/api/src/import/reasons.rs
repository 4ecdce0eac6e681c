//! The faults that `POST /messages` knows, in the language of a sheet.

use crate::wire::Detail;
use baton_sheets::Language;

/// What is wrong, as a sentence.
pub(super) fn told(detail: &Detail, language: Language) -> String {
    match language {
        Language::English => detail.message.clone(),
        Language::Russian => russian(detail),
    }
}

fn russian(detail: &Detail) -> String {
    let field = detail.path.rsplit('/').next().unwrap_or_default();
    let fixed = match (detail.code.as_str(), field) {
        ("invalid", "phone") => "Нужен существующий номер телефона с кодом страны, например +79990000001.",
        ("invalid", "email") => "Нужен адрес электронной почты, например name@example.org.",
        ("invalid", "platform") => "Нужно одно из: android, ios, web.",
        ("invalid", "timeZone") => "Нужно название часового пояса, например Europe/Moscow.",
        ("invalid", "sendAt") => "Нужны дата и время отправки.",
        ("invalid", "templateId") => "Нужен идентификатор шаблона (UUID).",
        ("invalid", "imageUrl" | "buttonUrl" | "mediaUrl" | "callbackUrl") => "Нужна ссылка http или https.",
        ("invalid", _) => return format!("Значение не подходит для поля {field}: {}", detail.message),
        ("out_of_range", "sendAt") => "Отправка не может быть позже чем через 366 дней.",
        ("out_of_range", _) => "Число вне допустимых пределов.",
        ("required" | "empty", _) => "Значение не может быть пустым.",
        ("too_long", "text") => "Текст слишком длинный для этого канала.",
        ("too_long", "variables") => "Значения столбцов var:… вместе слишком длинные.",
        ("too_long", _) => "Значение слишком длинное.",
        ("too_many_links", _) => "В тексте слишком много ссылок.",
        ("control_character", _) => "Есть недопустимые управляющие символы.",
        ("missing_variable", _) => return format!("Нет значения переменной {field}, которая стоит в тексте."),
        ("no_address", _) => "Ни для одного канала нет адреса получателя.",
        ("unknown_channel", _) => "Такого канала нет.",
        ("unknown_field", _) => "Этот канал не принимает такое поле.",
        ("unknown_template", _) => "Такого шаблона нет.",
        ("unknown_sender", _) => "Отправитель не зарегистрирован для этого канала.",
        ("not_permitted", _) => "Белый список не разрешает это значение.",
        ("stop_list", _) => "Получатель в стоп-листе для всех каналов сообщения.",
        ("private_address", _) => "Ссылка ведёт во внутреннюю сеть.",
        _ => return detail.message.clone(),
    };
    fixed.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_told_in_the_language_of_the_sheet() {
        let detail = |path: &str, code: &str| Detail {
            path: path.to_owned(),
            code: code.to_owned(),
            message: "In English.".to_owned(),
        };
        let phone = detail("/messages/0/destinations/3/phone", "invalid");
        assert_eq!(told(&phone, Language::English), "In English.");
        assert!(told(&phone, Language::Russian).contains("код"));
        let missing = detail("/messages/0/destinations/3/variables/name", "missing_variable");
        assert!(told(&missing, Language::Russian).contains(" name,"));
        // Better in English than not at all.
        assert_eq!(told(&detail("/messages/0", "something_new"), Language::Russian), "In English.");
    }
}
