-- rows of the mart custom_field_values of every dataset in the variable account_datasets
{{ union_of_accounts('custom_field_values') }}
