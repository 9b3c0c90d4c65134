"""Files as marketing automation and as CRM: everybody can export one.

From the bytes up: `contents` (encoding, hash) → `lines` → `dialect` and `records` (quotes, healing, resync) →
`table` (header, columns) → `walk` (pages and cursor over the files that fit a pattern) → `marketing` and `crm`, the
adapters. `cells` and `leads_file` write the one file that is ours.
"""
