//! Writes that happen together or not at all, to one table or to several.

use aws_sdk_dynamodb::types::{CancellationReason, ConditionCheck, Delete, Put, TransactWriteItem};
use serde::Serialize;

use super::backend::Expression;
use super::{Condition, Table, Value, bug, encode};
use crate::error::{AwsError, ErrorKind};

/// Items that one transaction takes. Source: DynamoDB quotas.
pub const MAX_TRANSACTION: usize = 100;

/// One write of a transaction; see [`Table::write`].
#[derive(Debug, Clone)]
pub struct Write(TransactWriteItem);

/// A transaction that was refused.
#[derive(Debug, Clone)]
pub enum TransactError {
    /// The conditions of these writes, by position, did not hold. Nothing was written.
    Refused(Vec<usize>),
    /// Another error.
    Other(AwsError),
}

impl From<AwsError> for TransactError {
    fn from(error: AwsError) -> Self {
        Self::Other(error)
    }
}

impl Table {
    /// Writes all of `items`, at most [`MAX_TRANSACTION`], or none.
    ///
    /// # Errors
    /// [`TransactError::Refused`] with the positions whose condition did not hold.
    pub async fn transact(&self, items: &[(impl Serialize, Condition)]) -> Result<(), TransactError> {
        let writes: Result<Vec<Write>, AwsError> =
            items.iter().map(|(item, condition)| self.put_write(item, condition.clone())).collect();
        self.write(writes?).await
    }

    /// Makes all of `writes`, to this table and to others, or none. At most [`MAX_TRANSACTION`], each to another item.
    ///
    /// # Errors
    /// [`TransactError::Refused`] with the positions whose condition did not hold.
    pub async fn write(&self, writes: Vec<Write>) -> Result<(), TransactError> {
        self.backend.transact(writes.into_iter().map(|Write(item)| item).collect()).await
    }

    /// A put, as part of a transaction.
    ///
    /// # Errors
    /// `Bug` for an item that DynamoDB has no form for.
    pub fn put_write(&self, item: &impl Serialize, condition: Condition) -> Result<Write, AwsError> {
        let mut put = Put::builder().table_name(&self.name).set_item(Some(encode(item)?));
        if let Some(expression) = self.expression(condition) {
            put = put
                .condition_expression(expression.text)
                .set_expression_attribute_names(expression.names)
                .set_expression_attribute_values(expression.values);
        }
        let put = put.build().map_err(|error| bug("TransactWriteItems", &error))?;
        Ok(Write(TransactWriteItem::builder().put(put).build()))
    }

    /// A delete, as part of a transaction.
    ///
    /// # Errors
    /// `Bug` when the SDK refuses it.
    pub fn delete_write(&self, hash: &str, range: &str, condition: Condition) -> Result<Write, AwsError> {
        let mut delete = Delete::builder().table_name(&self.name).set_key(Some(self.key(hash, range)));
        if let Some(expression) = self.expression(condition) {
            delete = delete
                .condition_expression(expression.text)
                .set_expression_attribute_names(expression.names)
                .set_expression_attribute_values(expression.values);
        }
        let delete = delete.build().map_err(|error| bug("TransactWriteItems", &error))?;
        Ok(Write(TransactWriteItem::builder().delete(delete).build()))
    }

    /// A look at an item that a transaction depends on and does not write: it has to be there.
    ///
    /// # Errors
    /// `Bug` when the SDK refuses it.
    pub fn exists_check(&self, hash: &str, range: &str) -> Result<Write, AwsError> {
        let text = format!("attribute_exists({})", self.hash);
        self.check_write(hash, range, Expression { text, ..Expression::default() })
    }

    /// A look at an item that a transaction depends on and does not write: its attribute has to have this value.
    ///
    /// # Errors
    /// `Bug` when the SDK refuses it.
    pub fn is_check(&self, hash: &str, range: &str, attribute: &'static str, value: Value) -> Result<Write, AwsError> {
        let condition = self.expression(Condition::Is(attribute, value)).unwrap_or_default();
        self.check_write(hash, range, condition)
    }

    fn check_write(&self, hash: &str, range: &str, condition: Expression) -> Result<Write, AwsError> {
        let check = ConditionCheck::builder()
            .table_name(&self.name)
            .set_key(Some(self.key(hash, range)))
            .condition_expression(condition.text)
            .set_expression_attribute_names(condition.names)
            .set_expression_attribute_values(condition.values)
            .build()
            .map_err(|error| bug("TransactWriteItems", &error))?;
        Ok(Write(TransactWriteItem::builder().condition_check(check).build()))
    }
}

/// Why a transaction was cancelled: a condition, another transaction at the same time, or an item that is wrong.
pub(super) fn canceled(reasons: &[CancellationReason]) -> TransactError {
    let code = |reason: &CancellationReason| reason.code.clone().unwrap_or_default();
    let refused: Vec<usize> = (0..reasons.len()).filter(|at| code(&reasons[*at]) == "ConditionalCheckFailed").collect();
    if !refused.is_empty() {
        return TransactError::Refused(refused);
    }
    let why = reasons.iter().find(|reason| !matches!(code(reason).as_str(), "" | "None"));
    let kind = match why.map(code).as_deref() {
        Some("TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded") => ErrorKind::Throttled,
        _ => ErrorKind::Bug,
    };
    let text = why.map(|reason| format!("{}: {}", code(reason), reason.message.clone().unwrap_or_default()));
    TransactError::Other(AwsError::new(kind, "TransactWriteItems", text.unwrap_or_default()))
}
