using System.Net;
using MailCluster.Auth.PassDb;
using MailCluster.Auth.Users;

namespace MailCluster.Auth.Chains;

/// <summary>
/// The fields of a match that decide about the match itself. <c>allow_nets</c> and <c>fail</c> turn it into a refusal that the chain
/// treats as a wrong password (Dovecot: an unknown user), so that another database may still open the account; <c>user</c>, <c>username</c>
/// and <c>domain</c> give the account another name.
/// </summary>
internal static class PassDbFields
{
    private const string AllowNets = "allow_nets";
    private const string AllowRealNets = "allow_real_nets";

    public static PassDbResult Apply(PassDbQuery query, PassDbResult result)
    {
        var user = result.User!;
        if (user.Fields.ContainsKey("fail")) return PassDbResult.Mismatch with { Reason = "fail-field" };
        if (user.Fields.GetValueOrDefault(AllowNets) is { } networks && !IsIn(networks, query.Context.RemoteAddress))
            return PassDbResult.Mismatch with { Reason = "allow-nets" };
        if (user.Fields.GetValueOrDefault(AllowRealNets) is { } real && !IsIn(real, query.Context.RemoteAddress))
            return PassDbResult.Mismatch with { Reason = "allow-nets" };
        var name = Rewritten(user.Account, user.Fields);
        if (name == user.Account) return result;
        return UserName.TryParse(name, out var account, out _)
            ? result with { User = user with { Account = account } }
            : PassDbResult.InternalFailure with { Reason = "bad-user-field" };
    }

    /// <summary>The name after <c>user</c>, <c>username</c> and <c>domain</c>.</summary>
    public static string Rewritten(string account, IReadOnlyDictionary<string, string> fields)
    {
        if (fields.GetValueOrDefault("user") is { } whole) account = whole;
        var at = account.IndexOf('@', StringComparison.Ordinal);
        if (fields.GetValueOrDefault("username") is { } local)
            account = at < 0 || local.Contains('@', StringComparison.Ordinal) ? local : local + account[at..];
        at = account.IndexOf('@', StringComparison.Ordinal);
        if (fields.GetValueOrDefault("domain") is { } domain) account = $"{(at < 0 ? account : account[..at])}@{domain}";
        return account;
    }

    /// <summary>Networks in CIDR form or single addresses, separated by commas or blanks; <c>local</c> is a client without an address.</summary>
    private static bool IsIn(string networks, IPAddress? address)
    {
        if (address is { IsIPv4MappedToIPv6: true }) address = address.MapToIPv4();
        foreach (var word in networks.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (address is null)
            {
                if (word == "local") return true;
            }
            else if (IPAddress.TryParse(word, out var single) ? single.Equals(address) : IPNetwork.TryParse(word, out var network) && network.Contains(address))
            {
                return true;
            }
        }

        return false;
    }
}
