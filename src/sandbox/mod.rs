//! An imitation of Zoho on loopback: accounts server and CRM.
