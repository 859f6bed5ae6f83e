using System.Text.Json;
using MailCluster.Node.Listeners;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;

namespace MailCluster.Node.Admin;

// What mailctl talks to: HTTP over a Unix socket that only its owner can open (0600), so whoever gets here may do everything and no
// password is asked. The same web server also answers the http port; a request is served here only when its own connection came over
// a Unix socket, whatever its path and headers say.
//
//   POST /v1/<verb>    a JSON object in (save: the message itself, its parameters in the query string)
//   200                rows, one JSON object a line (RowStream)
//   4xx, 5xx           {"exit":67,"message":"…"}: nothing, or nothing more than the rows before it, was done
//
// A verb over several accounts does one after the other; the failure of one does not stop the rest. A caller that goes away stops a verb
// between two accounts or two messages; each single change is atomic in its mailbox.

/// <summary>Finds the verb of a request and turns failures into answers.</summary>
internal sealed class AdminApi
{
    private const string Prefix = "/v1/";

    private readonly Dictionary<string, IAdminVerb> _verbs;
    private readonly ILogger _log;

    public AdminApi(IEnumerable<IAdminVerb> verbs, ILogger<AdminApi> log)
    {
        _verbs = verbs.ToDictionary(verb => verb.Path, StringComparer.Ordinal);
        _log = log;
    }

    public IReadOnlyCollection<string> Paths => _verbs.Keys;

    /// <summary>True when the request came over the admin socket.</summary>
    public static bool IsAdmin(HttpContext context) => context.Features.Get<AdminConnection>() is not null;

    public async Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        if (!path.StartsWith(Prefix, StringComparison.Ordinal) || !_verbs.TryGetValue(path[Prefix.Length..], out var verb))
        {
            await RefuseAsync(
                context,
                StatusCodes.Status404NotFound,
                new AdminException(AdminExit.Usage, $"this node has no {path}; is mailctl of another version?"));
            return;
        }
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.Headers.Allow = "POST";
            await RefuseAsync(context, StatusCodes.Status405MethodNotAllowed, new AdminException(AdminExit.Usage, $"{path} takes POST"));
            return;
        }
        await RunAsync(context, verb);
    }

    private async Task RunAsync(HttpContext context, IAdminVerb verb)
    {
        using var rows = new RowStream(context.Response);
        // An operator's query may take as long as it takes; the minimum rates guard against strangers.
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } inward) inward.MinDataRate = null;
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } outward) outward.MinDataRate = null;
        try
        {
            await verb.RunAsync(context.Request, rows, context.RequestAborted);
            await rows.EndAsync(context.RequestAborted);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            AdminLog.CallerGone(_log, verb.Path);
        }
        catch (Exception error)
        {
            var expected = AdminException.From(error);
            if (expected is null) AdminLog.Failed(_log, verb.Path, error);
            expected ??= new AdminException(AdminExit.Internal, "the node failed at this; its log says more", error);
            if (!rows.HasBegun)
            {
                await RefuseAsync(context, StatusOf(expected.Exit), expected);
                return;
            }
            await rows.WriteErrorAsync(expected, user: null, context.RequestAborted);
            await rows.EndAsync(context.RequestAborted);
        }
    }

    private static Task RefuseAsync(HttpContext context, int status, AdminException error)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return JsonSerializer.SerializeAsync(
            context.Response.Body, new AdminError((int)error.Exit, error.Message, null), AdminJson.Default.AdminError,
            context.RequestAborted);
    }

    private static int StatusOf(AdminExit exit) => exit switch
    {
        AdminExit.Usage => StatusCodes.Status400BadRequest,
        AdminExit.NotPossible => StatusCodes.Status409Conflict,
        AdminExit.NoUser or AdminExit.NotFound => StatusCodes.Status404NotFound,
        AdminExit.NoPermission => StatusCodes.Status403Forbidden,
        AdminExit.NoRoom => StatusCodes.Status507InsufficientStorage,
        AdminExit.TemporaryFailure => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };
}
