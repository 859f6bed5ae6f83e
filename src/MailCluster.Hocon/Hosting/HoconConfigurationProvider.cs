using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace MailCluster.Hocon.Hosting;

/// <summary>Adds HOCON to <see cref="IConfigurationBuilder"/>: objects and arrays become <c>a:b:0</c> keys, null becomes a null value.</summary>
public static class HoconConfigurationExtensions
{
    /// <summary>Adds a resolved tree.</summary>
    public static IConfigurationBuilder AddHocon(this IConfigurationBuilder builder, HoconObject root)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HoconConfigurationSource(() => root));
    }

    /// <summary>Adds a file, read when the configuration is built.</summary>
    /// <exception cref="HoconException">Thrown by Build: the file is missing or wrong.</exception>
    public static IConfigurationBuilder AddHoconFile(this IConfigurationBuilder builder, string path)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HoconConfigurationSource(() => new HoconLayers().AddFile(path).Resolve()));
    }

    private sealed class HoconConfigurationSource(Func<HoconObject> read) : IConfigurationSource
    {
        public IConfigurationProvider Build(IConfigurationBuilder builder) => new HoconConfigurationProvider(read);
    }

    private sealed class HoconConfigurationProvider(Func<HoconObject> read) : ConfigurationProvider
    {
        public override void Load()
        {
            var data = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
            foreach (var (key, value) in read().Fields)
            {
                Flatten(data, key, value);
            }
            Data = data;
        }

        private static void Flatten(Dictionary<string, string?> data, string path, HoconValue value)
        {
            switch (value)
            {
                case HoconObject node:
                    foreach (var (key, field) in node.Fields)
                    {
                        Flatten(data, ConfigurationPath.Combine(path, key), field);
                    }
                    break;
                case HoconArray array:
                    for (var index = 0; index < array.Items.Count; index++)
                    {
                        Flatten(data, ConfigurationPath.Combine(path, index.ToString(CultureInfo.InvariantCulture)), array.Items[index]);
                    }
                    break;
                case HoconScalar scalar:
                    data[path] = scalar.ScalarKind == HoconScalarKind.Null ? null : scalar.Text;
                    break;
            }
        }
    }
}
