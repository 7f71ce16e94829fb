-- rows of the mart automations of every dataset in the variable account_datasets
{{ union_of_accounts('automations') }}
