"""Browser packages from npm: `package.json` names them, `white_list.toml` the few files that are served."""
