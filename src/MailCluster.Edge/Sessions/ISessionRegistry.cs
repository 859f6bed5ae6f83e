using System.Net;
using MailCluster.Mailboxes;

namespace MailCluster.Edge;

/// <summary>Who is connected to this node, and the way to end it: what <c>mailctl who</c> and <c>kick</c> use.</summary>
public interface ISessionRegistry
{
    /// <summary>How many connections there are, those before login included.</summary>
    int Count { get; }

    /// <summary>All connections at about this moment, oldest first.</summary>
    IReadOnlyList<SessionInfo> List();

    /// <summary>Tells one session to end. False if there is none of this id.</summary>
    bool Kick(SessionId session);

    /// <summary>Tells all sessions of an account to end; returns how many.</summary>
    int Kick(AccountId account);
}

/// <summary>One connection as <c>who</c> shows it.</summary>
/// <param name="Id">The session's id.</param>
/// <param name="Protocol">imap, lmtp …</param>
/// <param name="Account">The account logged in, or null.</param>
/// <param name="RemoteAddress">The client's address.</param>
/// <param name="RemotePort">The client's port.</param>
/// <param name="Tls">Version and cipher, or null without TLS.</param>
/// <param name="Since">When it connected.</param>
/// <param name="Folder">The selected folder, or null.</param>
/// <param name="State">One word of the protocol.</param>
/// <param name="BytesIn">Bytes the client sent.</param>
/// <param name="BytesOut">Bytes sent to it.</param>
public sealed record SessionInfo(
    SessionId Id,
    string Protocol,
    AccountId? Account,
    IPAddress RemoteAddress,
    int RemotePort,
    string? Tls,
    DateTimeOffset Since,
    string? Folder,
    string State,
    long BytesIn,
    long BytesOut);
