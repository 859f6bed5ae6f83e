using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MailCluster.Node.Configuration;

namespace MailCluster.Node.Commands;

/// <summary><c>mailcluster health</c>: asks <c>/readyz</c> of the node that the same configuration describes. For container health checks.</summary>
internal static class HealthCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    [SuppressMessage("Security", "CA5359", Justification = "The node's own certificate need not name the loopback address, and nothing secret is asked or told.")]
    public static async Task<int> RunAsync(CommandLine commandLine, TextWriter output, TextWriter errors)
    {
        if (ConfigCommand.Load(commandLine, errors) is not { } configuration)
        {
            return ExitCodes.Configuration;
        }
        var http = configuration.Options.Listeners.Http;
        if (!http.IsEnabled || http.Port == 0)
        {
            errors.WriteLine("mailcluster: health needs listeners.http enabled on a fixed port");
            return ExitCodes.Configuration;
        }
        var address = AddressOf(http);
        try
        {
            using var handler = new SocketsHttpHandler { UseProxy = false };
            handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
            using var client = new HttpClient(handler) { Timeout = Patience };
            using var response = await client.GetAsync(address);
            var text = (await response.Content.ReadAsStringAsync()).Trim();
            output.WriteLine($"{(int)response.StatusCode} {text}");
            return response.IsSuccessStatusCode ? ExitCodes.Success : ExitCodes.Failure;
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException or SocketException)
        {
            errors.WriteLine($"mailcluster: {address} does not answer: {error.Message}");
            return ExitCodes.Failure;
        }
    }

    private static Uri AddressOf(ListenerOptions http)
    {
        var address = http.Address switch
        {
            null => IPAddress.Loopback,
            var any when any.Equals(IPAddress.Any) => IPAddress.Loopback,
            var any when any.Equals(IPAddress.IPv6Any) => IPAddress.IPv6Loopback,
            var one => one,
        };
        var scheme = http.Tls == ListenerTls.Implicit ? "https" : "http";
        return new Uri(string.Create(CultureInfo.InvariantCulture, $"{scheme}://{new IPEndPoint(address, http.Port)}/readyz"));
    }
}
