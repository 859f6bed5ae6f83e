using MailCluster.Auth.Chains;

namespace MailCluster.Auth.Drivers;

/// <summary>Where the users of one database are and how it is asked. One record a driver; equal records share one connection pool.</summary>
public abstract record DatabaseOptions
{
    /// <summary>The driver's name, as in the configuration.</summary>
    public abstract string Driver { get; }
}

/// <summary>One password database of <see cref="AuthOptions.PassDbs"/>. The names are Dovecot's.</summary>
public sealed record PassDbOptions
{
    /// <summary>The database.</summary>
    public required DatabaseOptions Database { get; init; }

    /// <summary>What follows each kind of answer.</summary>
    public ChainRules Rules { get; init; } = ChainRules.Default;

    /// <summary>When the database is left out.</summary>
    public ChainSkip SkipWhen { get; init; }

    /// <summary>True: whoever is in it is refused.</summary>
    public bool Deny { get; init; }

    /// <summary>True: its users may log in as others.</summary>
    public bool Master { get; init; }

    /// <summary>False to ask it each time; else a password that matched is remembered for <see cref="AuthOptions.CacheTtl"/> where another server was asked.</summary>
    public bool IsCached { get; init; } = true;

    /// <summary>Mechanisms that it is asked for, upper case; empty for all.</summary>
    public IReadOnlyList<string> Mechanisms { get; init; } = [];

    /// <summary>Patterns of names that it is asked for, <c>!</c> before a pattern excludes; empty for all.</summary>
    public IReadOnlyList<string> UsernameFilter { get; init; } = [];

    /// <summary>A template of the name as the database has it, or null.</summary>
    public string? UsernameFormat { get; init; }

    /// <summary>Field templates that the database's own fields win over.</summary>
    public IReadOnlyDictionary<string, string> DefaultFields { get; init; } = new Dictionary<string, string>();

    /// <summary>Field templates that win over the database's own fields.</summary>
    public IReadOnlyDictionary<string, string> OverrideFields { get; init; } = new Dictionary<string, string>();
}

/// <summary>One user database of <see cref="AuthOptions.UserDbs"/>. The names are Dovecot's.</summary>
public sealed record UserDbOptions
{
    /// <summary>The database.</summary>
    public required DatabaseOptions Database { get; init; }

    /// <summary>What follows each kind of answer.</summary>
    public ChainRules Rules { get; init; } = ChainRules.Default;

    /// <summary>When the database is left out.</summary>
    public ChainSkip SkipWhen { get; init; }

    /// <summary>A template of the name as the database has it, or null.</summary>
    public string? UsernameFormat { get; init; }

    /// <summary>Field templates that the database's own fields win over.</summary>
    public IReadOnlyDictionary<string, string> DefaultFields { get; init; } = new Dictionary<string, string>();

    /// <summary>Field templates that win over the database's own fields.</summary>
    public IReadOnlyDictionary<string, string> OverrideFields { get; init; } = new Dictionary<string, string>();
}

/// <summary>The accounts that <c>mailctl user</c> changes: the passwd-file of the node, the database's table, or both.</summary>
public sealed record AccountsOptions : DatabaseOptions
{
    /// <inheritdoc/>
    public override string Driver => "accounts";
}

/// <summary>A passwd-file that others maintain.</summary>
/// <param name="Path">The file.</param>
public sealed record PasswdFileOptions(string Path) : DatabaseOptions
{
    /// <inheritdoc/>
    public override string Driver => "passwd-file";
}

/// <summary>A user database that answers with the <c>userdb_</c> fields that the password database gave (Dovecot's prefetch).</summary>
public sealed record PrefetchOptions : DatabaseOptions
{
    /// <inheritdoc/>
    public override string Driver => "prefetch";
}

/// <summary>The same answer for every name.</summary>
public sealed record StaticOptions : DatabaseOptions
{
    /// <inheritdoc/>
    public override string Driver => "static";

    /// <summary>The stored password of everybody, <c>{SCHEME}data</c>; null: no password is asked for.</summary>
    public string? Password { get; init; }

    /// <summary>Field templates.</summary>
    public FieldList Fields { get; init; } = FieldList.None;

    /// <summary>Keeps the password out of logs.</summary>
    public override string ToString() => "StaticOptions";
}

/// <summary>The configured databases cannot be used: a library is missing, or options do not go together. For the operator, at the start; no secrets.</summary>
public sealed class DatabaseOptionsException(string message, Exception inner) : ArgumentException(message, inner);
