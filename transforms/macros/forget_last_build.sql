{#
Before marts are built: drop what `ctct` noted of its last build, so that it does not take those that somebody builds
by hand, with variables of their own, for its own. Only where these marts take the place of its own.
#}
{% macro forget_last_build() %}
    {%- if execute and flags.WHICH in ('run', 'build') and target.schema == var('raw_dataset') ~ '_analytics' -%}
        {%- set noted = adapter.get_relation(database=target.database, schema=var('raw_dataset'), identifier='_ctct_marts') -%}
        {%- if noted is not none -%}
            {#- a hook's own statement may be rolled back with the connection: this one is committed here -#}
            {%- call statement('forget_last_build', auto_begin=true) -%}
                drop table {{ noted }}
            {%- endcall -%}
            {%- do adapter.commit() -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
