namespace MailCluster.Auth.Abuse;

/// <summary>When clients that guess passwords are shut out.</summary>
public sealed record AbuseOptions
{
    /// <summary>
    /// Different wrong passwords of one address after which it is banned; 0: never by itself. Thirty in an hour: a person mistypes a few times, and a program with a
    /// stale password sends the same one, which counts once.
    /// </summary>
    public int BanFailures { get; init; } = 30;

    /// <summary>The time in which they count.</summary>
    public TimeSpan BanWindow { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long the first ban of an address lasts. Each further one within <see cref="BanTimeMax"/> of the last lasts twice as long.</summary>
    public TimeSpan BanTime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The longest that a ban grows to.</summary>
    public TimeSpan BanTimeMax { get; init; } = TimeSpan.FromDays(1);

    /// <summary>
    /// Wrong passwords for one account, from all addresses that it has not logged in from, after which wrong answers are given late: against many
    /// addresses that guess a few times each. The right password is not held up. 0: never.
    /// </summary>
    public int AccountFailures { get; init; } = 50;

    /// <summary>How late.</summary>
    public TimeSpan AccountDelay { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Bits of an IPv6 address that make one client. 64 is the least that a customer is given.</summary>
    public int Ipv6PrefixLength { get; init; } = 64;

    /// <summary>Networks in CIDR form that are never banned.</summary>
    public IReadOnlyList<string> Allowed { get; init; } = ["127.0.0.0/8", "::1/128"];

    /// <summary>How often the store is read again: bans that other nodes made and could not tell.</summary>
    public TimeSpan ReadInterval { get; init; } = TimeSpan.FromSeconds(30);
}
