-- rows of the mart attributed_orders of every dataset in the variable account_datasets
{{ union_of_accounts('attributed_orders') }}
