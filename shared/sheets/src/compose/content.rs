//! Channels and contents of a row.

use super::Composer;
use crate::{
    columns::Place,
    fault::Reason,
    header::Target,
    kinds::SheetType,
    raw::{RawCell, RawRow},
    values,
};
use baton_domain::Channel;
use serde_json::{Map, Value};

type Faults = Vec<(usize, Reason)>;

impl Composer {
    /// Reads everything of an item but its recipient and its group.
    pub(super) fn fresh(&self, row: &RawRow) -> Result<Map<String, Value>, Faults> {
        let mut faults = Faults::new();
        let mut fields = Map::new();
        for cell in row.cells() {
            if let Some(Target::Field(column, _)) = self.layout.targets.get(cell.column)
                && column.place == Place::Item
                && column.key != "groupId"
            {
                match self.value(&cell, column) {
                    Ok(value) => drop(fields.insert(column.key.to_owned(), value)),
                    Err(reason) => faults.push((cell.column, reason)),
                }
            }
        }
        let templated = fields.contains_key("templateId");
        match self.channels(row, templated) {
            Ok(channels) => {
                let contents = self.contents(row, &channels, &mut faults);
                if !contents.is_empty() {
                    fields.insert("channels".to_owned(), Value::Object(contents));
                }
            }
            Err(fault) => faults.push(fault),
        }
        self.schedule(row, &mut fields, &mut faults);
        if faults.is_empty() { Ok(fields) } else { Err(faults) }
    }

    /// The channels of a row, in order. None when its template says them.
    fn channels(&self, row: &RawRow, templated: bool) -> Result<Vec<Channel>, (usize, Reason)> {
        let given = |key| self.layout.place(key, None).filter(|place| row.cells().any(|cell| cell.column == *place));
        // Such a file has one of them.
        let at = |keys: &[&str]| keys.iter().find_map(|key| self.layout.place(key, None)).unwrap_or_default();
        match self.layout.sheet {
            SheetType::Sms => Ok(vec![Channel::Sms]),
            SheetType::Chat => Ok(vec![Channel::Chat]),
            // Who has written within a day gets the text; to the others the approved template goes.
            SheetType::ChatWhatsapp => match (given("text"), given("templateName")) {
                (Some(_), Some(_)) => Ok(vec![Channel::Chat, Channel::Whatsapp]),
                (Some(_), None) => Ok(vec![Channel::Chat]),
                (None, Some(_)) => Ok(vec![Channel::Whatsapp]),
                (None, None) => Err((at(&["templateName"]), Reason::Required)),
            },
            SheetType::Advertising | SheetType::Universal | SheetType::Full => {
                let place = at(&["channel", "templateId"]);
                match row.cells().find(|cell| given("channel") == Some(cell.column)) {
                    Some(cell) => {
                        let text = values::text(&cell, self.manner).map_err(|reason| (place, reason))?;
                        values::channels(&text).map_err(|reason| (place, reason))
                    }
                    None if templated => Ok(Vec::new()),
                    None => Err((place, Reason::Required)),
                }
            }
        }
    }

    fn contents(&self, row: &RawRow, channels: &[Channel], faults: &mut Faults) -> Map<String, Value> {
        let mut contents: Vec<_> = channels.iter().map(|channel| (*channel, Map::new())).collect();
        // What is said of one channel wins over what is said of all.
        for of_one in [false, true] {
            for cell in row.cells() {
                if let Err(reason) = self.fill(&cell, of_one, &mut contents) {
                    faults.push((cell.column, reason));
                }
            }
        }
        if self.layout.sheet == SheetType::ChatWhatsapp
            && let Some((_, content)) = contents.iter_mut().find(|(channel, _)| *channel == Channel::Chat)
        {
            content.insert("messengerType".to_owned(), Value::from("whatsapp"));
        }
        contents.into_iter().map(|(channel, content)| (channel.name().to_owned(), Value::Object(content))).collect()
    }

    /// Puts the value of a cell into the contents that take it.
    fn fill(
        &self,
        cell: &RawCell<'_>,
        of_one: bool,
        contents: &mut [(Channel, Map<String, Value>)],
    ) -> Result<(), Reason> {
        let Some(Target::Field(column, only)) = self.layout.targets.get(cell.column) else { return Ok(()) };
        let Place::Content(takers) = column.place else { return Ok(()) };
        if only.is_some() != of_one {
            return Ok(());
        }
        if contents.is_empty() {
            return Err(Reason::Needs("channel"));
        }
        let value = self.value(cell, column)?;
        let both = self.layout.sheet == SheetType::ChatWhatsapp && takers.len() == Channel::ALL.len();
        let takes = |channel: Channel| {
            takers.contains(&channel)
                && only.is_none_or(|only| only == channel)
                && !(both && channel == Channel::Whatsapp)
        };
        let mut taken = false;
        for (_, content) in contents.iter_mut().filter(|(channel, _)| takes(*channel)) {
            content.insert(column.key.to_owned(), value.clone());
            taken = true;
        }
        if taken { Ok(()) } else { Err(Reason::NotTaken) }
    }
}
