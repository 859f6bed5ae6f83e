using System.Net;
using MailCluster.Auth;

namespace MailCluster.Node.Admin.Verbs;

/// <summary><c>auth test</c>: the same check that a login goes through, delays and the log line included.</summary>
internal sealed class AuthTestVerb(IAuthenticator authenticator)
    : AdminVerb<AuthTestRequest>("auth/test", AdminJson.Default.AuthTestRequest)
{
    protected override async Task RunAsync(AuthTestRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        IPAddress? address = null;
        if (request.Address is not null && !IPAddress.TryParse(request.Address, out address))
            throw new AdminException(AdminExit.Usage, $"{request.Address} is not an IP address");
        var result = await authenticator.AuthenticateAsync(
            new AuthRequest
            {
                Context = new AuthContext { Protocol = request.Protocol, RemoteAddress = address, IsSecure = true, SessionId = "mailctl" },
                Mechanism = "PLAIN",
                Username = request.User,
                Password = UserWords.Password(request.Password),
            },
            cancellationToken);
        if (!result.IsSuccess)
        {
            throw new AdminException(
                result.Outcome == AuthOutcome.TemporaryFailure ? AdminExit.TemporaryFailure : AdminExit.NoPermission,
                $"{request.User}: authentication failed ({result.Reason})");
        }
        await rows.WriteAsync(
            new AuthTestRow(result.Account!, "authenticated", result.Fields), AdminJson.Default.AuthTestRow, cancellationToken);
    }
}
