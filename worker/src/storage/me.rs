//! Who calls.

use super::database::{Databases, StorageError};
use super::standing::{
    self, Lookup, key_standing, of_session, session_standing, with_key, with_session,
};
use crate::caller::{Caller, Standing};

macro_rules! name {
    () => {
        "(SELECT json_quote(name) FROM organizations WHERE id = ?1) AS json"
    };
}

const NAME: Lookup = Lookup {
    of_key: with_key!(name!()),
    of_user: with_session!("id", name!()),
    of_external_user: with_session!("external_id", name!()),
};

/// The caller's standing, and the name of their organization.
pub(crate) async fn caller(
    databases: &Databases,
    caller: &Caller,
) -> Result<(Option<Standing>, Option<String>), StorageError> {
    let database = databases.of(&caller.org)?;
    let statement = standing::look_up(&database, caller, &NAME, &[]);
    let mut rows = database.batch("read who calls", vec![statement]).await?;
    rows.next_with_standing()
}
