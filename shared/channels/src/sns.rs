//! Events of AWS services (SES, End User Messaging) that reach the receipts queue through an SNS topic.
