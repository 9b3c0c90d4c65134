"""Adobe Marketo Engage: lead changes and activities by paging token, a first read in bulk, feedback."""
