using System.Collections.Immutable;
using MailCluster.ManageSieve;
using MailCluster.Node.Configuration;
using MailCluster.Sieve;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MailCluster.Node.Hosting;

/// <summary>The Sieve language in the node: one compiler for all that look at scripts, and ManageSieve.</summary>
internal static class SieveServices
{
    public static IServiceCollection AddSieve(this IServiceCollection services, NodeOptions options)
    {
        services.TryAddSingleton(options.SieveLanguage.Compiler with { ScriptBytesMax = options.SieveScripts.Size });
        services.TryAddSingleton(options.SieveLanguage.Limits);
        services.TryAddSingleton(options.SieveLanguage.Run);
        services.TryAddSingleton<SieveCompiler>();
        services.AddSingleton<IScriptChecker, PersonalScripts>();
        services.AddSingleton(provider => ToManageSieve(
            options, provider.GetRequiredService<SieveCompiler>(), provider.GetRequiredService<SieveRunLimits>()));
        return services.AddMailClusterManageSieve();
    }

    private static ManageSieveOptions ToManageSieve(NodeOptions node, SieveCompiler compiler, SieveRunLimits limits)
    {
        var extensions = compiler.ExtensionsOf(SieveScope.Personal);
        return new ManageSieveOptions
        {
            Implementation = node.ManageSieve.ShowVersion ? $"MailCluster {NodeHost.Version}" : "MailCluster",
            ScriptSizeMax = node.SieveScripts.Size,
            Extensions = [.. extensions],
            RedirectsMax = limits.RedirectsMax,

            // The one method that the program has (RFC 5436).
            NotifyMethods = extensions.Contains("enotify") ? ["mailto"] : [],
            BadCommandsMax = node.ManageSieve.BadCommands,
            FailedLoginsMax = node.ManageSieve.FailedLogins,
        };
    }

    /// <summary>Users' own scripts.</summary>
    private sealed class PersonalScripts(SieveCompiler compiler) : IScriptChecker
    {
        public ImmutableArray<SieveDiagnostic> Check(ReadOnlySpan<byte> script) => compiler.Compile(script, SieveScope.Personal).Diagnostics;
    }
}
