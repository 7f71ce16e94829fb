-- rows of the mart opt_outs of every dataset in the variable account_datasets
{{ union_of_accounts('opt_outs') }}
