using System.Buffers;
using System.Text;

namespace MailCluster.Edge.Tests;

/// <summary>
/// The smallest line protocol: echoes each line; STARTTLS, QUIT, STATE, FLOOD (sends until the client is gone), STUCK (ignores being told to end), DEAF (ignores the cut too), CRASH.
/// </summary>
internal sealed class EchoHandler(EdgeServices services, EdgeListener listener) : EdgeConnectionHandler(services, listener)
{
    private readonly TaskCompletionSource<EdgeConnection> _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override string Protocol => "echo";

    public bool LoginNeeded { get; init; }

    public string? Alpn { get; init; }

    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Called after each read, on the thread that goes on.</summary>
    public Action? OnRead { get; set; }

    public Task<EdgeConnection> Connected => _connected.Task;

    public void Release() => _released.TrySetResult();

    protected override bool HasLogin => LoginNeeded;

    protected override string? AlpnName => Alpn;

    protected override ReadOnlyMemory<byte> RefusalLine(EdgeRefusal refusal) => Encoding.ASCII.GetBytes($"BYE {refusal}\r\n");

    protected override async Task RunAsync(EdgeConnection connection)
    {
        _connected.TrySetResult(connection);
        // Before the line that a test waits for: what it does next then finds the deadline set.
        connection.ExpectInput(CommandTimeout);
        await Write(connection, "HELLO");
        while (true)
        {
            var result = await connection.Input.ReadAsync();
            OnRead?.Invoke();
            var buffer = result.Buffer;
            if (result.IsCanceled && connection.Ending != ConnectionEnding.None)
            {
                connection.Input.AdvanceTo(buffer.Start);
                await Write(connection, "BYE " + connection.Ending);
                return;
            }

            if (buffer.PositionOf((byte)'\n') is not { } end)
            {
                connection.Input.AdvanceTo(buffer.Start, buffer.End);
                if (result.IsCompleted)
                    return;
                continue;
            }

            var line = Encoding.Latin1.GetString(buffer.Slice(0, end)).TrimEnd('\r');
            connection.Input.AdvanceTo(buffer.GetPosition(1, end));
            connection.ExpectInput(CommandTimeout);
            if (!await Run(connection, line))
                return;
        }
    }

    private async Task<bool> Run(EdgeConnection connection, string line)
    {
        switch (line)
        {
            case "QUIT":
                await Write(connection, "BYE");
                return false;
            case "STARTTLS" when connection.CanStartTls:
                var outcome = await connection.StartTlsAsync("GO\r\n"u8.ToArray());
                if (outcome == StartTlsOutcome.PipelinedInput)
                    await Write(connection, "BAD pipelined");
                return outcome == StartTlsOutcome.Established;
            case "TLS":
                await Write(connection, connection.TlsDescription ?? "none");
                return true;
            case "STUCK":
                connection.State = "stuck";
                await new TaskCompletionSource().Task.WaitAsync(connection.Closed);
                return false;
            case "DEAF":
                connection.State = "deaf";
                await _released.Task;
                return false;
            case "CRASH":
                throw new NotSupportedException("a bug");
            case "FLOOD":
                var block = new byte[4096];
                while (!(await connection.Output.WriteAsync(block)).IsCompleted)
                {
                }

                return false;
            default:
                await Write(connection, line);
                return true;
        }
    }

    private static async Task Write(EdgeConnection connection, string line) =>
        await connection.Output.WriteAsync(Encoding.Latin1.GetBytes(line + "\r\n"));
}
