using System.Collections.Frozen;
using System.Net;
using MailCluster.Auth;
using MailCluster.Auth.Chains;

namespace MailCluster.Node.Admin.Verbs;

/// <summary><c>auth trace</c> and, without a password, <c>auth lookup</c>: each database that a log-in meets, what it says, and how it ends. Nothing is counted or delayed.</summary>
internal sealed class AuthTraceVerb(AuthTracer tracer) : AdminVerb<AuthTraceRequest>("auth/trace", AdminJson.Default.AuthTraceRequest)
{
    protected override async Task RunAsync(AuthTraceRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        IPAddress? address = null;
        if (request.Address is not null && !IPAddress.TryParse(request.Address, out address))
            throw new AdminException(AdminExit.Usage, $"{request.Address} is not an IP address");
        var (steps, result) = await tracer.TraceAsync(
            new AuthContext { Protocol = request.Protocol, RemoteAddress = address, IsSecure = true, SessionId = "mailctl" },
            request.User,
            request.Password is null ? default(ReadOnlyMemory<byte>?) : UserWords.Password(request.Password),
            cancellationToken);
        foreach (var step in steps)
        {
            await rows.WriteAsync(
                new AuthTraceRow(step.Chain, step.Database, step.Answer, step.Reason, step.GoesOn ? "goes on" : "ends", FrozenDictionary<string, string>.Empty),
                AdminJson.Default.AuthTraceRow,
                cancellationToken);
        }

        var answer = !result.IsSuccess ? "failed" : request.Password is null ? "found" : "authenticated";
        await rows.WriteAsync(
            new AuthTraceRow("result", result.Account ?? request.User, answer, result.IsSuccess ? "" : result.Reason, "", result.Fields),
            AdminJson.Default.AuthTraceRow,
            cancellationToken);
        if (!result.IsSuccess)
        {
            throw new AdminException(ExitOf(result, isLookup: request.Password is null), $"{request.User}: {result.Reason}");
        }
    }

    private static AdminExit ExitOf(AuthResult result, bool isLookup) => result.Outcome switch
    {
        // To a log-in that is a fault of the configuration; whoever looks a user up asks just this.
        _ when isLookup && result.Reason is "unknown-user" or "not-in-userdb" => AdminExit.NoUser,
        AuthOutcome.TemporaryFailure => AdminExit.TemporaryFailure,
        _ => AdminExit.NoPermission,
    };
}
