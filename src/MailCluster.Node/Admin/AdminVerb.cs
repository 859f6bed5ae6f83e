using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace MailCluster.Node.Admin;

/// <summary>One thing the socket can be asked: <c>POST /v1/path</c>.</summary>
internal interface IAdminVerb
{
    /// <summary>Without slashes at its ends: <c>user/add</c>.</summary>
    string Path { get; }

    Task RunAsync(HttpRequest request, RowStream rows, CancellationToken cancellationToken);
}

/// <summary>A verb whose request is a JSON object.</summary>
internal abstract class AdminVerb<TRequest>(string path, JsonTypeInfo<TRequest> type) : IAdminVerb
    where TRequest : class
{
    public string Path => path;

    /// <summary>Octets of the request, where it may be larger than the server's usual limit; null for that.</summary>
    protected virtual long? RequestOctetsMax => null;

    public async Task RunAsync(HttpRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        if (RequestOctetsMax is { } max && request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = max;
        TRequest? what;
        try
        {
            what = await JsonSerializer.DeserializeAsync(request.BodyReader.AsStream(), type, cancellationToken);
        }
        catch (JsonException error)
        {
            throw new AdminException(AdminExit.Usage, $"the request is not what {path} expects: {error.Message}", error);
        }
        await RunAsync(what ?? throw new AdminException(AdminExit.Usage, $"{path} expects a JSON object"), rows, cancellationToken);
    }

    protected abstract Task RunAsync(TRequest request, RowStream rows, CancellationToken cancellationToken);
}
