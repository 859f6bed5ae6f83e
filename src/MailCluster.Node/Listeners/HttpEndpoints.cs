using MailCluster.Node.Hosting;
using MailCluster.Node.Hosting.Ownership;
using MailCluster.Node.Metrics;
using Microsoft.AspNetCore.Http;

namespace MailCluster.Node.Listeners;

/// <summary>What the http listener answers. Three fixed paths: no routing table is worth its start-up time.</summary>
internal sealed class HttpEndpoints(NodeState state, IOwnership ownership, MetricCollector metrics)
{
    public Task HandleAsync(HttpContext context)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            return AnswerAsync(context, StatusCodes.Status405MethodNotAllowed, "only GET");
        }
        context.Response.Headers.CacheControl = "no-store";
        return context.Request.Path.Value switch
        {
            // Alive is: this process answers. Whether it should be restarted, nothing else.
            "/healthz" => AnswerAsync(context, StatusCodes.Status200OK, "ok"),
            "/readyz" when NotReady() is { } reason => AnswerAsync(context, StatusCodes.Status503ServiceUnavailable, reason),
            "/readyz" => AnswerAsync(context, StatusCodes.Status200OK, "ready"),
            "/metrics" => AnswerAsync(context, StatusCodes.Status200OK, PrometheusText.Write(metrics.Collect()), PrometheusText.ContentType),
            _ => AnswerAsync(context, StatusCodes.Status404NotFound, "there are /healthz, /readyz and /metrics"),
        };
    }

    /// <summary>Why clients, or accounts, should not come here now.</summary>
    private string? NotReady() => state.Phase switch
    {
        NodePhase.Starting => "starting",
        NodePhase.Serving => ownership.Trouble,
        _ => "draining",
    };

    private static Task AnswerAsync(HttpContext context, int status, string text, string contentType = "text/plain; charset=utf-8")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.WriteAsync(text.EndsWith('\n') ? text : text + "\n");
    }
}
