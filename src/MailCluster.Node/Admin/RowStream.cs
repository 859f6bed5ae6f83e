using System.Buffers;
using System.IO.Pipelines;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace MailCluster.Node.Admin;

/// <summary>
/// The answer of a verb: one JSON object a line, sent while it is being made, so that neither side holds a long list. A failure before the
/// first line is an HTTP error; one after it, or one that concerns a single account among several, is a line <c>{"error":{…}}</c>.
/// </summary>
internal sealed class RowStream(HttpResponse response) : IDisposable
{
    public const string ContentType = "application/x-ndjson";

    /// <summary>Rows are gathered up to this many octets before they are sent.</summary>
    private const int FlushOctets = 32 * 1024;

    // Not for a browser: "ü" and "<" may stay as they are.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private Utf8JsonWriter? _writer;
    private long _unsent;

    /// <summary>True once the answer has begun.</summary>
    public bool HasBegun => _writer is not null;

    public ValueTask WriteAsync<TRow>(TRow row, JsonTypeInfo<TRow> type, CancellationToken cancellationToken) =>
        WriteAsync((row, type), static (writer, state) => JsonSerializer.Serialize(writer, state.row, state.type), cancellationToken);

    /// <summary>Writes a row whose members are known only now.</summary>
    public ValueTask WriteAsync<TState>(TState state, Action<Utf8JsonWriter, TState> write, CancellationToken cancellationToken)
    {
        var pipe = Begin();
        write(_writer!, state);
        _writer!.Flush();
        _unsent += _writer.BytesCommitted + 1;
        _writer.Reset();
        pipe.Write("\n"u8);
        if (_unsent < FlushOctets) return ValueTask.CompletedTask;
        _unsent = 0;
        return Flushed(pipe.FlushAsync(cancellationToken));
    }

    public ValueTask WriteErrorAsync(AdminException error, string? user, CancellationToken cancellationToken) =>
        WriteAsync(
            (error, user),
            static (writer, state) =>
            {
                writer.WriteStartObject();
                writer.WritePropertyName("error"u8);
                JsonSerializer.Serialize(
                    writer, new AdminError((int)state.error.Exit, state.error.Message, state.user), AdminJson.Default.AdminError);
                writer.WriteEndObject();
            },
            cancellationToken);

    /// <summary>Sends what is left; an answer without rows is an empty one.</summary>
    public ValueTask EndAsync(CancellationToken cancellationToken) => Flushed(Begin().FlushAsync(cancellationToken));

    public void Dispose() => _writer?.Dispose();

    private PipeWriter Begin()
    {
        if (_writer is null)
        {
            response.StatusCode = StatusCodes.Status200OK;
            response.ContentType = ContentType;
            _writer = new Utf8JsonWriter(response.BodyWriter, Options);
        }
        return response.BodyWriter;
    }

    private static async ValueTask Flushed(ValueTask<FlushResult> flush)
    {
        if ((await flush).IsCompleted)
        {
            throw new OperationCanceledException("the caller has gone");
        }
    }
}
