-- rows of the mart resend_uplift of every dataset in the variable account_datasets
{{ union_of_accounts('resend_uplift') }}
