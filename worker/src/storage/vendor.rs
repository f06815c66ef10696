//! Reading one vendor, and what a create may name of it.

use assessments::dashboard::VendorDetail;
use assessments::id::VendorId;

use super::database::{Databases, StorageError, optional_id};
use super::standing::{
    self, Lookup, key_standing, of_session, session_standing, with_key, with_session,
};
use crate::caller::{Caller, Standing};

/// The lists are read in the order of their indexes, which an aggregate's `ORDER BY` would
/// sort once more.
macro_rules! vendor {
    () => {
        "(
SELECT json_object(
    'id', v.id, 'name', v.name,
    'services', (
        SELECT json_group_array(json_object('id', id, 'name', name)) FROM (
            SELECT id, name FROM services INDEXED BY services_by_vendor
            WHERE org_id = ?1 AND vendor_id = ?8 AND is_archived = 0
            ORDER BY name COLLATE NOCASE, id LIMIT 500)),
    'documents', (
        SELECT json_group_array(json_object('id', id, 'name', name)) FROM (
            SELECT id, name FROM vendor_documents INDEXED BY vendor_documents_by_vendor
            WHERE org_id = ?1 AND vendor_id = ?8 AND is_archived = 0
            ORDER BY name COLLATE NOCASE, id LIMIT 500)),
    'risk_analysts', (
        SELECT json_group_array(json_object('id', r.id, 'name', u.name)) FROM (
            SELECT value AS id FROM json_each(v.risk_analyst_ids)
            WHERE type = 'text' LIMIT 100) r
        LEFT JOIN users u ON u.org_id = ?1 AND u.id = r.id))
FROM vendors v WHERE v.org_id = ?1 AND v.id = ?8 AND v.is_archived = 0) AS json"
    };
}

const VENDOR: Lookup = Lookup {
    of_key: with_key!(vendor!()),
    of_user: with_session!("id", vendor!()),
    of_external_user: with_session!("external_id", vendor!()),
};

/// The caller's standing and the vendor, if there is one that is not archived.
pub(crate) async fn vendor(
    databases: &Databases,
    caller: &Caller,
    vendor: Option<&VendorId>,
) -> Result<(Option<Standing>, Option<VendorDetail>), StorageError> {
    let database = databases.of(&caller.org)?;
    let own = [optional_id(vendor)];
    let statement = standing::look_up(&database, caller, &VENDOR, &own);
    let mut rows = database.batch("retrieve vendor", vec![statement]).await?;
    rows.next_with_standing()
}

#[cfg(test)]
mod tests {
    use assessments::dashboard::{MAX_LISTED, MAX_LISTED_RUNS};

    use super::*;

    #[test]
    fn lists_are_as_long_as_is_said_of_them() {
        let bounds = VENDOR.of_key.split("LIMIT ").skip(1).map(|rest| {
            let digits = rest.split(|c: char| !c.is_ascii_digit()).next();
            digits.unwrap().parse().unwrap()
        });
        let bounds: Vec<usize> = bounds.collect();
        assert_eq!(bounds, [MAX_LISTED, MAX_LISTED, MAX_LISTED_RUNS]);
    }
}
