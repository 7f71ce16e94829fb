-- rows of the mart sms_campaigns of every dataset in the variable account_datasets
{{ union_of_accounts('sms_campaigns') }}
