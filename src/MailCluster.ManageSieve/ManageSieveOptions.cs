using System.Collections.Immutable;

namespace MailCluster.ManageSieve;

/// <summary>What configuration says about ManageSieve.</summary>
public sealed record ManageSieveOptions
{
    /// <summary>What IMPLEMENTATION tells: the program's name, and its version if the site shows it.</summary>
    public string Implementation { get; init; } = "MailCluster";

    /// <summary>The largest script that is read, in bytes. Larger ones are refused at their announcement (QUOTA/MAXSIZE). 1 and up.</summary>
    public int ScriptSizeMax { get; init; } = 1024 * 1024;

    /// <summary>Sieve extensions that a user's script may require, as the SIEVE capability lists them.</summary>
    public ImmutableArray<string> Extensions { get; init; } = [];

    /// <summary>Redirects of one run, as MAXREDIRECTS tells.</summary>
    public int RedirectsMax { get; init; } = 4;

    /// <summary>URI schemes by which scripts may notify, as NOTIFY lists them; not told where there are none.</summary>
    public ImmutableArray<string> NotifyMethods { get; init; } = [];

    /// <summary>URI schemes of lists that scripts may ask (RFC 6134 §2.8), as EXTLISTS names them; not told where there are none.</summary>
    public ImmutableArray<string> ListSchemes { get; init; } = [];

    /// <summary>Refused commands in a row after which the connection is closed: such a client is broken, or guesses.</summary>
    public int BadCommandsMax { get; init; } = 20;

    /// <summary>Failed logins after which the connection is closed (RFC 5804 §2.1.1 shows the third answered with BYE); a person mistypes twice.</summary>
    public int FailedLoginsMax { get; init; } = 5;
}
