//! Files, passed on.

use super::Everything;
use crate::objects::ObjectStore;
use baton_pipeline::objects::HasObjects;

impl HasObjects for Everything {
    type Objects = ObjectStore;

    fn objects(&self) -> &ObjectStore {
        &self.objects
    }
}
