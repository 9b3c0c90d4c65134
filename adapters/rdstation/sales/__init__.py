"""RD Station CRM: the helpers of `adapters.rdstation.crm`. They share nothing with RD Station Marketing."""
