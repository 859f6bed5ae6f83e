using MailCluster.Node.Hosting;
using MailCluster.Node.Metrics;
using Microsoft.AspNetCore.Http;

namespace MailCluster.Node.Listeners;

/// <summary>What the http listener answers. Three fixed paths: no routing table is worth its start-up time.</summary>
internal sealed class HttpEndpoints(NodeState state, MetricCollector metrics)
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
            "/readyz" when state.Phase == NodePhase.Serving => AnswerAsync(context, StatusCodes.Status200OK, "ready"),
            "/readyz" => AnswerAsync(context, StatusCodes.Status503ServiceUnavailable, state.Phase == NodePhase.Starting ? "starting" : "draining"),
            "/metrics" => AnswerAsync(context, StatusCodes.Status200OK, PrometheusText.Write(metrics.Collect()), PrometheusText.ContentType),
            _ => AnswerAsync(context, StatusCodes.Status404NotFound, "there are /healthz, /readyz and /metrics"),
        };
    }

    private static Task AnswerAsync(HttpContext context, int status, string text, string contentType = "text/plain; charset=utf-8")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.WriteAsync(text.EndsWith('\n') ? text : text + "\n");
    }
}
