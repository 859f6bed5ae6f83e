using System.Buffers;
using System.IO.Pipelines;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MailCluster.Ctl;

/// <summary>
/// Asks the node: <c>POST /v1/verb</c>, rows back as one JSON object a line, handed on as they come. mailctl knows nothing of the rows'
/// members but
/// what it prints, so a node that is a little newer can say more.
/// </summary>
internal sealed class AdminClient : IDisposable
{
    private readonly HttpClient _http;

    public AdminClient(string socketPath)
    {
        _http = new HttpClient(
            new SocketsHttpHandler { ConnectCallback = (_, cancel) => AdminSocket.ConnectAsync(socketPath, cancel), UseProxy = false })
        {
            BaseAddress = new Uri("http://node/v1/"),
            // fsck of a big store takes hours.
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public IAsyncEnumerable<JsonElement> AskAsync(string verb, JsonObject request, CancellationToken cancellationToken) =>
        AskAsync(verb, new StringContent(request.ToJsonString(), new MediaTypeHeaderValue("application/json")), cancellationToken);

    /// <exception cref="CtlException">The node refused, or cannot be reached.</exception>
    public async IAsyncEnumerable<JsonElement> AskAsync(
        string verb, HttpContent content, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(verb, UriKind.Relative)) { Content = content };
        using var response = await SendAsync(request, cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var lines = PipeReader.Create(stream);
        while (true)
        {
            var read = await ReadAsync(lines, cancellationToken);
            var rest = read.Buffer;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                yield return Parse(rest.Slice(0, end));
                rest = rest.Slice(rest.GetPosition(1, end));
            }
            lines.AdvanceTo(rest.Start, rest.End);
            if (!read.IsCompleted) continue;
            if (!rest.IsEmpty) throw Broken(null);
            yield break;
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException error)
        {
            throw error.InnerException as CtlException ?? Broken(error);
        }
        if (response.IsSuccessStatusCode) return response;
        using (response)
        {
            throw await RefusalAsync(response, cancellationToken);
        }
    }

    private static async Task<CtlException> RefusalAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        try
        {
            using var document = JsonDocument.Parse(body);
            return new CtlException(
                document.RootElement.GetProperty("exit").GetInt32(), document.RootElement.GetProperty("message").GetString() ?? "refused");
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return new CtlException(
                ExitCodes.Internal, $"what answers on the socket is no MailCluster node (HTTP {(int)response.StatusCode})", error);
        }
    }

    private static async ValueTask<ReadResult> ReadAsync(PipeReader lines, CancellationToken cancellationToken)
    {
        try
        {
            return await lines.ReadAsync(cancellationToken);
        }
        catch (Exception error) when (error is HttpIOException or IOException)
        {
            throw Broken(error);
        }
    }

    private static JsonElement Parse(ReadOnlySequence<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            return JsonElement.ParseValue(ref reader);
        }
        catch (JsonException error)
        {
            throw Broken(error);
        }
    }

    private static CtlException Broken(Exception? error) =>
        new(
            ExitCodes.Unavailable,
            "the connection to the node broke; what was asked may be half done" + (error is null ? "" : $" ({error.Message})"),
            error);
}
