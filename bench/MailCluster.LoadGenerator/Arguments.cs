using System.Globalization;
using System.Net;

namespace MailCluster.LoadGenerator;

/// <summary>The command line after the verb: options with values, flags, and names of rows.</summary>
internal sealed class Arguments
{
    private static readonly HashSet<string> s_flags = ["--quick", "--tuned"];
    private readonly Dictionary<string, string> _values = [];

    public Arguments(ReadOnlySpan<string> arguments)
    {
        var rest = new List<string>();
        for (var i = 0; i < arguments.Length; i++)
        {
            if (!arguments[i].StartsWith("--", StringComparison.Ordinal))
            {
                rest.Add(arguments[i]);
            }
            else if (s_flags.Contains(arguments[i]))
            {
                _values[arguments[i]] = "";
            }
            else
            {
                _values[arguments[i]] = i + 1 < arguments.Length ? arguments[i + 1] : throw new ArgumentException($"{arguments[i]} needs a value.");
                i++;
            }
        }
        Rest = rest;
    }

    public IReadOnlyList<string> Rest { get; }

    public bool Has(string flag) => _values.ContainsKey(flag);

    public string Text(string name) => _values.TryGetValue(name, out var value) ? value : throw new ArgumentException($"{name} is missing.");

    public int Number(string name) =>
        int.TryParse(Text(name), CultureInfo.InvariantCulture, out var number) ? number : throw new ArgumentException($"{name} is no number.");

    /// <summary>Ports of this machine, or addresses with a port, with commas between them.</summary>
    public Endpoints Endpoints(string name) => new([.. Text(name).Split(',').Select(text => Endpoint(name, text))]);

    private static IPEndPoint Endpoint(string name, string text)
    {
        var endpoint = int.TryParse(text, CultureInfo.InvariantCulture, out var port) ? new IPEndPoint(IPAddress.Loopback, port)
            : IPEndPoint.TryParse(text, out var parsed) ? parsed
            : throw new ArgumentException($"{name}: {text} is neither a port nor an address with one.");
        return IPAddress.IsLoopback(endpoint.Address)
            ? endpoint
            : throw new ArgumentException($"{name}: {endpoint.Address} is not a loopback address: this program loads servers on its own machine only.");
    }
}
