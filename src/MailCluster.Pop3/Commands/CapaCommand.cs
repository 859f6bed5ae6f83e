using System.Globalization;
using System.Text;
using MailCluster.Pop3.Responses;
using MailCluster.Pop3.Session;

namespace MailCluster.Pop3.Commands;

/// <summary>CAPA (RFC 2449 §5): what the session may use now.</summary>
internal sealed class CapaCommand : Pop3Command
{
    public override string Verb => "CAPA";

    public override Pop3State Allowed => Pop3State.Any;

    public override ValueTask RunAsync(Pop3Session session, ReadOnlyMemory<byte> arguments)
    {
        var options = session.Options;
        var output = session.Output;
        session.Ok("Capabilities follow"u8);
        output.WriteLine("TOP"u8);
        output.WriteLine("UIDL"u8);
        output.WriteLine("RESP-CODES"u8);
        output.WriteLine("AUTH-RESP-CODE"u8);
        output.WriteLine("PIPELINING"u8);
        output.WriteLine("UTF8"u8);
        output.WriteLine("LANG"u8);
        if (session.Connection.CanStartTls)
            output.WriteLine("STLS"u8);
        // RFC 2449 §6.2, §6.3: announced before login and after it.
        if (session.Services.Login.MaySendPassword(session.Connection))
            output.WriteLine("USER"u8);
        var mechanisms = string.Join(' ', session.Services.Login.OfferedNames(session.Connection));
        if (mechanisms.Length > 0)
            Write(output, "SASL " + mechanisms);
        if (options.ExpireDays is { } days)
            Write(output, days < 0 ? "EXPIRE NEVER" : string.Create(CultureInfo.InvariantCulture, $"EXPIRE {days}"));
        if (options.LoginDelay > TimeSpan.Zero)
            Write(output, string.Create(CultureInfo.InvariantCulture, $"LOGIN-DELAY {Math.Ceiling(options.LoginDelay.TotalSeconds)}"));
        if (options.Implementation.Length > 0)
            Write(output, "IMPLEMENTATION " + options.Implementation);
        output.WriteEnd();
        return ValueTask.CompletedTask;
    }

    private static void Write(System.IO.Pipelines.PipeWriter output, string line) => output.WriteLine(Encoding.ASCII.GetBytes(line));
}
