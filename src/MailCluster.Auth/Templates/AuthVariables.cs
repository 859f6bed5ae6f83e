using System.Net;
using MailCluster.Auth.PassDb;
using MailCluster.Auth.UserDb;

namespace MailCluster.Auth.Templates;

/// <summary>What the variables of a <see cref="Template"/> stand for in one question.</summary>
/// <param name="Account">The canonical account id.</param>
/// <param name="Protocol">In lower case.</param>
/// <param name="Context">Where the question comes from, or null.</param>
/// <param name="Fields">What earlier databases gave.</param>
internal sealed record AuthVariables(
    string Account, string Protocol, AuthContext? Context, IReadOnlyDictionary<string, string> Fields)
{
    public string Mechanism { get; init; } = "";

    public string LoginUser { get; init; } = "";

    /// <summary>What the client sent, only where a template may ask for it.</summary>
    public string? Password { get; init; }

    /// <summary>The entry's attributes by lower-case name, for the fields of an LDAP database.</summary>
    public IReadOnlyDictionary<string, string[]>? Attributes { get; init; }

    public static AuthVariables Of(PassDbQuery query) =>
        new(query.Account, query.Context.Protocol, query.Context, query.Fields) { Mechanism = query.Mechanism, LoginUser = query.LoginUser ?? "" };

    public static AuthVariables Of(UserDbQuery query) => new(query.Account, query.Protocol, query.Context, query.Fields);

    /// <summary>The text of the address, an IPv4 address in its own form; empty for a client without one.</summary>
    public static string Show(IPAddress? address) =>
        address is null ? "" : (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
}
