using System.Collections.Frozen;
using MailCluster.Auth;
using MailCluster.Auth.Sasl;
using MailCluster.Mailboxes;

namespace MailCluster.Edge;

/// <summary>
/// Logs sessions in: what may be offered on a connection, passwords and SASL conversations, the account's limit of connections, the log line.
/// The waiting that failures earn happens inside the awaited calls and holds no thread; a client that leaves meanwhile ends it.
/// </summary>
public sealed class LoginService(IAuthenticator authenticator, SaslMechanismSet mechanisms, EdgeServices services)
{
    /// <summary>Whether a password may be sent on this connection as it is; if not, IMAP shows LOGINDISABLED.</summary>
    public bool MaySendPassword(EdgeConnection connection) => mechanisms.AllowPlaintext || connection.IsSecure;

    /// <summary>The SASL mechanisms to advertise on this connection now, best first.</summary>
    public IReadOnlyList<SaslMechanism> Offered(EdgeConnection connection) => [.. mechanisms.Offered(ContextOf(connection))];

    /// <summary>The names of <see cref="Offered"/>, for protocols, which do not see mechanisms.</summary>
    public IEnumerable<string> OfferedNames(EdgeConnection connection) => Offered(connection).Select(static mechanism => mechanism.Name);

    /// <summary>
    /// Logs in by name and password (IMAP LOGIN, POP3 USER and PASS).
    /// </summary>
    /// <param name="connection">The session's connection, not logged in yet.</param>
    /// <param name="command">What the client used, for the log: <c>LOGIN</c>, <c>USER</c>.</param>
    /// <param name="username">As the client sent it.</param>
    /// <param name="password">The bytes as sent; the caller keeps the buffer.</param>
    /// <exception cref="OperationCanceledException">The client left.</exception>
    public async ValueTask<LoginResult> LogInAsync(EdgeConnection connection, string command, string username, ReadOnlyMemory<byte> password)
    {
        if (!MaySendPassword(connection))
            return Refused(connection, LoginOutcome.PrivacyRequired, null);
        var request = new AuthRequest { Context = ContextOf(connection), Mechanism = command, Username = username, Password = password };
        return Finish(connection, command, await authenticator.AuthenticateAsync(request, connection.Closed));
    }

    /// <summary>Begins a SASL conversation.</summary>
    /// <param name="connection">The session's connection, not logged in yet.</param>
    /// <param name="mechanism">The mechanism's name as the client sent it.</param>
    /// <param name="refusal">When the answer is null: <see cref="LoginOutcome.PrivacyRequired"/> if TLS would help, else <see cref="LoginOutcome.Failed"/>: unknown.</param>
    public SaslLogin? Begin(EdgeConnection connection, ReadOnlySpan<byte> mechanism, out LoginOutcome refusal)
    {
        refusal = default;
        var context = ContextOf(connection);
        if (mechanisms.Find(mechanism, context) is { } found)
            return new SaslLogin(this, connection, found, found.Start(authenticator, context));
        refusal = !connection.IsSecure && mechanisms.NeedsPrivacy(mechanism) ? LoginOutcome.PrivacyRequired : LoginOutcome.Failed;
        services.Metrics.Login(connection.Protocol, refusal);
        return null;
    }

    internal LoginResult Finish(EdgeConnection connection, string method, AuthResult result)
    {
        if (!result.IsSuccess)
            return Refused(connection, Map(result.Outcome), result.ClientText);
        if (!AccountId.TryCreate(result.Account, out var account))
            return Refused(connection, LoginOutcome.TemporaryFailure, null);
        if (!connection.TryLogIn(account))
        {
            EdgeLog.AccountFull(
                services.Log, connection.Protocol, EdgeLog.User(account), connection.RemoteAddress, connection.Id,
                services.Options.Limits.ConnectionsPerAccount);
            return Refused(connection, LoginOutcome.TooManyConnections, null);
        }

        services.Metrics.Login(connection.Protocol, LoginOutcome.Success);
        EdgeLog.LoggedIn(
            services.Log, connection.Protocol, EdgeLog.User(account), method, connection.RemoteAddress, connection.IsTls ? "yes" : "no",
            connection.Id);
        return new LoginResult(LoginOutcome.Success, account, result.Fields, null);
    }

    private LoginResult Refused(EdgeConnection connection, LoginOutcome outcome, string? clientText)
    {
        services.Metrics.Login(connection.Protocol, outcome);
        return new LoginResult(outcome, default, FrozenDictionary<string, string>.Empty, clientText);
    }

    private static AuthContext ContextOf(EdgeConnection connection) => new()
    {
        Protocol = connection.Protocol,
        RemoteAddress = connection.RemoteAddress,
        LocalAddress = connection.LocalEndPoint?.Address,
        IsSecure = connection.IsSecure,
        SessionId = connection.Id.ToString(),
        ClientCertificate = connection.ClientCertificate,
        ChannelBindings = connection.ChannelBindings,
    };

    private static LoginOutcome Map(AuthOutcome outcome) => outcome switch
    {
        AuthOutcome.NotAuthorized => LoginOutcome.NotAuthorized,
        AuthOutcome.Disabled => LoginOutcome.Disabled,
        AuthOutcome.PrivacyRequired => LoginOutcome.PrivacyRequired,
        AuthOutcome.TemporaryFailure => LoginOutcome.TemporaryFailure,
        _ => LoginOutcome.Failed,
    };
}
